"""Controls that hold, or offer, cells of somebody's table for as long as they are open, and nothing afterwards.

What ipywidgets shows is state: front ends keep it, hand it on when a page is loaded again, and write it into the
notebook if they are told to save it; what runs notebooks without a front end saves all that was ever sent, closed or
not, each trait as it was last. So these are emptied before they are closed, and tell nothing to who collects states
in the kernel. Source: ipywidgets, `Widget._get_embed_state`; nbclient, `NotebookClient.handle_comm_msg`.
"""

from __future__ import annotations

from typing import Any

from ipywidgets import HTML, Combobox, Text

from cpnb.widgets import look

__all__ = ["private_choices", "private_html", "private_text"]


class _Private:
    """To be named before the class of ipywidgets that a control is; `_held` is the trait with the cells."""

    _held = "value"
    _nothing: object = ""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def close(self) -> None:
        """Empty it, for all who see it or keep what they saw, and close it."""
        control: Any = self
        control.unobserve_all()  # an emptied field is not an edit
        if control.comm is not None:
            setattr(control, self._held, self._nothing)
        closing: Any = super()
        closing.close()

    def _get_embed_state(self, drop_defaults: bool = False) -> Any:  # noqa: FBT001, FBT002 - as ipywidgets calls it
        collected: Any = super()
        embedded = collected._get_embed_state(drop_defaults=drop_defaults)  # noqa: SLF001 - its own class
        embedded["state"] = {name: told for name, told in embedded["state"].items() if name != self._held}
        return embedded


class _PrivateText(_Private, Text):
    """A line of text that a person edits."""


class _PrivateChoices(_Private, Combobox):
    """A line of text beside which values are offered."""

    _held = "options"
    _nothing = ()


class _PrivateHtml(_Private, HTML):
    """Text to read."""


def private_text(name: str, value: str, *classes: str, placeholder: str = "") -> Any:
    """Return a field for the text of a cell; it tells an edit when it is left, or at Enter."""
    return look.control(_PrivateText, name, *classes, value=value, placeholder=placeholder, continuous_update=False)


def private_choices(name: str, *classes: str, placeholder: str = "") -> Any:
    """Return a field beside which values are offered; it tells what was typed when it is left, or at Enter."""
    return look.control(_PrivateChoices, name, *classes, placeholder=placeholder, continuous_update=False)


def private_html(value: str, *classes: str) -> Any:
    """Return HTML that holds cells, escaped."""
    return look.control(_PrivateHtml, "", *classes, value=value)
