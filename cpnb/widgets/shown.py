"""A widget that can be read without a front end: as one line of text, and as HTML."""

from __future__ import annotations

from typing import Any

from cpnb.display import markup, widgets_are_on
from cpnb.widgets import look

__all__ = ["WIDGET_VIEW", "ShownAnywhere"]

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
"""By this MIME type front ends know a widget. Source: ipywidgets, `Widget._repr_mimebundle_`."""


class ShownAnywhere:
    """To be named before the class of ipywidgets that a widget is: ``class Editor(ShownAnywhere, VBox)``.

    What is saved of a widget is text and HTML, so that notebooks can be read, and compared, where nothing runs. A
    widget overrides `as_text`, and `as_html` where a line of text is not enough.
    """

    def as_text(self) -> str:
        """Return what the widget stands for, in text that two runs have in common."""
        return f"<{type(self).__name__}>"

    def as_html(self) -> str:
        """Return what the widget stands for as HTML without scripts, everything from outside escaped."""
        return f"<p>{markup(self.as_text())}</p>"

    def __repr__(self) -> str:
        return self.as_text()

    def close(self) -> None:
        """Close it and all that is in it; from then on it is shown as text and HTML."""
        widget: Any = self
        closing: Any = super()
        closing.close()
        for child in widget.children:
            look.close(child)
        vars(self).pop("_repr_mimebundle_", None)  # with which ipywidgets hides the one below

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        widget: Any = self
        seen: Any = super()
        is_seen = widgets_are_on() and widget.comm is not None
        bundle = dict(seen._repr_mimebundle_(**kwargs) or {}) if is_seen else {}
        return bundle | {"text/plain": self.as_text(), "text/html": self.as_html()}
