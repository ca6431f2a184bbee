"""The look that widgets share: a name for each control, few models, everything escaped that comes from outside."""

from __future__ import annotations

import re

import ipywidgets
import pytest

from cpnb.widgets import look


def test_a_control_has_its_name_and_hides_it() -> None:
    made = look.control(ipywidgets.Dropdown, "Operator", options=["is", "is not"])

    assert made.description == "Operator"
    assert made._dom_classes == ("cpnb-nameless",)
    assert look.control(ipywidgets.Text, "Name", "cpnb-named")._dom_classes == ("cpnb-named",)


def test_controls_share_one_layout_and_those_of_a_kind_one_style() -> None:
    first, second = (look.control(ipywidgets.Text, name) for name in ("one", "two"))
    other = look.control(ipywidgets.Checkbox, "three", indent=False)

    assert first.layout is second.layout is other.layout is look.row([]).layout
    assert first.style is second.style
    assert type(other.style) is type(ipywidgets.Checkbox().style)


def test_another_is_shared_when_what_was_shared_is_closed() -> None:
    before = look.control(ipywidgets.Text, "one")

    before.layout.close()
    before.style.close()

    first, second = (look.control(ipywidgets.Text, name) for name in ("two", "three"))
    assert first.layout is second.layout is not before.layout
    assert first.style is second.style is not before.style
    assert first.get_state()["layout"] == f"IPY_MODEL_{second.layout.model_id}"


def test_what_is_not_wanted_is_not_seen() -> None:
    made = look.button("Go", "cpnb-first")

    look.show_if(0, made)
    assert made._dom_classes == ("cpnb-first", "cpnb-gone")
    look.show_if("something", made)
    assert made._dom_classes == ("cpnb-first",)


def test_a_button_with_an_icon_says_its_words() -> None:
    made = look.icon_button("Remove", "trash")

    assert (made.description, made.icon, made.tooltip) == ("Remove", "trash", "Remove")
    assert "cpnb-icon" in made._dom_classes


def test_words_are_escaped_and_html_is_not() -> None:
    assert look.paragraph("<b>", "cpnb-quiet") == '<p class="cpnb-quiet">&lt;b&gt;</p>'
    assert look.paragraph(look.paragraph("x")) == "<p><p>x</p></p>"


def test_every_colour_of_the_theme_has_another_where_there_is_no_theme() -> None:
    used = re.findall(r"var\(([^)]*)\)", look.styles().value)

    assert used
    assert [one for one in used if not re.fullmatch(r"--jp-[\w-]+, ?[#\w]+", one)] == []


def test_what_is_closed_is_closed_with_all_that_is_in_it() -> None:
    leaf = look.html("x")
    tree = look.column([look.row([leaf, look.button("Go")])])

    look.close(tree)

    assert leaf.comm is None
    assert tree.comm is None


@pytest.mark.parametrize("make", [look.row, look.column])
def test_a_box_has_its_own_class_and_those_it_is_given(make) -> None:
    assert make([], "cpnb-panel")._dom_classes == (f"cpnb-{make.__name__}", "cpnb-panel")
