"""How all widgets look: one sheet of styles, controls with a name for everybody, and few models to send.

A control of ipywidgets opens two more models, for its layout and its style, unless it is given some. Here all share
one layout, and all of a kind one style, which is less than half of what went to the browser otherwise: widths, borders
and colours come by CSS classes. Colours are those of the theme, with others where there is no theme.
"""

from __future__ import annotations

from typing import Any, TypeVar

from ipywidgets import HTML, Button, HBox, Layout, VBox, Widget

from cpnb.display import Html, Tone, colour, markup

__all__ = [
    "button",
    "close",
    "column",
    "control",
    "hiding_kept",
    "html",
    "icon_button",
    "kept",
    "paragraph",
    "row",
    "show_if",
    "status",
    "styles",
]

_Control = TypeVar("_Control", bound=Any)

# Names of controls are always there, and hidden where they would be said twice: screen readers, and tests, know
# a control by its name, and a tooltip gives it none. Source: WCAG 2.2, 4.1.2.
_CSS = f"""
.cpnb {{ color: var(--jp-ui-font-color1, inherit); font-size: var(--jp-ui-font-size1, 13px); max-width: 100%; }}
.cpnb .widget-html-content, .cpnb .widget-html > .widget-html-content {{ line-height: 1.5; white-space: normal; }}
.cpnb .widget-html, .cpnb .widget-inline-hbox {{ height: auto; }}
.cpnb p {{ margin: 0.3em 0; }}
.cpnb table {{ font-size: inherit; margin: 0.2em 0; }}
.cpnb table caption {{ white-space: normal; }}
.cpnb .widget-html-content code {{ background: transparent; color: inherit; font-size: 0.92em; padding: 0; }}
.cpnb p code {{ white-space: normal; overflow-wrap: anywhere; }}
.cpnb-panel {{ border: 1px solid var(--jp-border-color1, #bdbdbd); border-radius: 4px; padding: 6px 10px; margin: 2px 0;
  box-sizing: border-box; }}
.cpnb-row {{ flex-wrap: wrap; align-items: center; gap: 2px 4px; overflow: visible; }}
.cpnb-column {{ overflow: visible; }}
.cpnb-nameless > .widget-label {{ position: absolute; width: 1px; height: 1px; min-width: 0; overflow: hidden;
  clip-path: inset(50%); }}
.cpnb button.jupyter-button {{ width: auto; padding: 0 10px; overflow: visible; }}
.cpnb button.jupyter-button.cpnb-icon {{ width: 30px; padding: 0; font-size: 0; }}
.cpnb button.jupyter-button.cpnb-icon i {{ font-size: 14px; line-height: inherit; margin: 0; }}
.cpnb .widget-dropdown > select {{ height: 28px; appearance: auto; background-image: none; padding-right: 2px;
  min-width: 0; }}
.cpnb :is(.widget-text, .widget-dropdown, .widget-datepicker, .widget-textarea) {{ max-width: calc(100% - 4px); }}
.cpnb button:focus-visible, .cpnb input:focus-visible, .cpnb select:focus-visible, .cpnb summary:focus-visible {{
  outline: 2px solid var(--jp-brand-color1, #1976d2); outline-offset: 1px; }}
.cpnb ol.cpnb-steps {{ list-style: none; display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 0.3em 0; padding: 0; }}
.cpnb ol.cpnb-steps li {{ margin: 0; padding: 0; }}
.cpnb-upload {{ container-type: inline-size; width: 100%; }}
@container (max-width: 640px) {{ .cpnb-upload table :is(th, td):nth-child(n+5) {{ display: none; }} }}
@container (max-width: 320px) {{ .cpnb-upload table :is(th, td):nth-child(3) {{ display: none; }} }}
.cpnb-cut-off {{ display: none; }}
.cpnb.jupyter-widgets-disconnected .cpnb-cut-off {{ display: block; }}
.cpnb.jupyter-widgets-disconnected button, .cpnb.jupyter-widgets-disconnected::before,
  .cpnb .jupyter-widgets-disconnected::before {{ display: none; }}
.cpnb-gone {{ display: none !important; }}
.cpnb-quiet {{ color: var(--jp-ui-font-color2, inherit); }}
.cpnb-wrong {{ border-left: 3px solid {colour(Tone.ERROR)}; padding-left: 8px; }}
.cpnb-warning {{ border-left: 3px solid {colour(Tone.WARNING)}; padding-left: 8px; }}
"""

# Where JupyterLab tells that a widget cannot be shown, "Error displaying widget: model not found", the output itself is
# of the class `jupyter-widgets`; around a widget that is shown it is not. Source: seen in JupyterLab 4.6 with
# jupyterlab_widgets 3.0; a browser test sees it again.
_WITHOUT_DEAD_WIDGETS = (
    "<style>.jp-OutputArea-child:has(.cpnb-kept) ~ .jp-OutputArea-child:has(> .jp-OutputArea-output.jupyter-widgets) "
    "{ display: none; }</style>"
)


_shared: dict[Any, Any] = {}


def _layout() -> Any:
    return _one_of(Layout)


def _style(kind: Any) -> Any:
    """Return the style that all controls of a kind share."""
    return _one_of(kind.class_traits()["style"].klass)


def _one_of(kind: Any) -> Any:
    """Return what is shared of a kind: another one when somebody has closed it, as `Widget.close_all` does."""
    kept = _shared.get(kind)
    if kept is None or kept.comm is None:
        kept = _shared[kind] = kind()
    return kept


def control(kind: type[_Control], name: str, *classes: str, **traits: Any) -> _Control:
    """Return a control of ipywidgets that has a name, which is read and not seen.

    Parameters
    ----------
    kind : type
        Its class: ``Dropdown``, ``Text``, ``Checkbox``.
    name : str
        What it is for.
    *classes : str
        CSS classes; with ``cpnb-named`` its name is seen.
    **traits
        The rest of what it is made of.
    """
    of_ipywidgets: Any = kind
    made = of_ipywidgets(description=name, layout=_layout(), style=_style(of_ipywidgets), **traits)
    for one in classes if "cpnb-named" in classes else ("cpnb-nameless", *classes):
        made.add_class(one)
    return made  # type: ignore[no-any-return]


def button(words: str, *classes: str, icon: str = "", tooltip: str | None = None) -> Any:
    """Return a button with words on it."""
    made = Button(description=words, icon=icon, tooltip=tooltip, layout=_layout(), style=_style(Button))
    for one in classes:
        made.add_class(one)
    return made


def icon_button(words: str, icon: str, *classes: str) -> Any:
    """Return a button that shows an icon of Font Awesome, and its words to those who do not see it."""
    return button(words, "cpnb-icon", *classes, icon=icon, tooltip=words)


def html(value: str = "", *classes: str) -> Any:
    """Return HTML, of which everything that comes from outside must have been escaped."""
    made = HTML(value=value, layout=_layout(), style=_style(HTML))
    for one in classes:
        made.add_class(one)
    return made


def paragraph(words: object, *classes: str) -> Html:
    """Return a paragraph, escaped; `Html` stays as it is."""
    given = f' class="{" ".join(classes)}"' if classes else ""
    return Html(f"<p{given}>{markup(words)}</p>")


def status(told: str) -> Html:
    """Return HTML that is read out when it changes. Source: WCAG 2.2, 4.1.3."""
    return Html(f'<div role="status">{told}</div>')


def row(children: list[Any], *classes: str) -> Any:
    """Return controls beside one another, which go on below where there is no room."""
    return _box(HBox, children, ("cpnb-row", *classes))


def column(children: list[Any], *classes: str) -> Any:
    """Return controls below one another."""
    return _box(VBox, children, ("cpnb-column", *classes))


def _box(kind: Any, children: list[Any], classes: tuple[str, ...]) -> Any:
    made = kind(children, layout=_layout())
    for one in classes:
        made.add_class(one)
    return made


def show_if(wanted: object, made: Any) -> None:
    """Let a control be seen, or not; one that is not seen is not reached by the keyboard either."""
    (made.remove_class if wanted else made.add_class)("cpnb-gone")


def styles(cut_off: str = "The kernel of this display is gone. Run the cell again.") -> Any:
    """Return what puts the styles on the page; each widget begins with it, as it may be the only one that is seen.

    Parameters
    ----------
    cut_off : str
        What is told in place of the buttons once the kernel is gone: the widget stays as it was, and answers nobody.
    """
    return html(f'<style>{_CSS}</style><p class="cpnb-cut-off cpnb-warning">{markup(cut_off)}</p>')


def kept(page: str, mark: str = "") -> str:
    """Return HTML that stands in a cell above a widget, for the time when that is gone.

    Parameters
    ----------
    page : str
        The HTML.
    mark : str, optional
        What the widget was given for `hiding_kept`; without it both are seen.
    """
    classes = f"cpnb-kept {mark}-kept" if mark else "cpnb-kept"
    return f'<div class="{classes}">{page}</div>{_WITHOUT_DEAD_WIDGETS}'


def hiding_kept(mark: str) -> str:
    """Return the styles that hide what is `kept` with a mark, for as long as they are on the page with a widget."""
    return f"<style>.{mark}-kept {{ display: none; }}</style>"


def close(widget: Any) -> None:
    """Close a widget and all that is in it; ipywidgets holds on to each that is not closed."""
    if isinstance(widget, Widget):
        widget.close()  # first: the state of an open box cannot be told when what is in it is closed
    for child in getattr(widget, "children", ()):
        close(child)
