"""A widget as text and HTML, and which widget shows which noun."""

from __future__ import annotations

import sys
import types

import ipywidgets
import pytest

from cpnb import display
from cpnb.widgets import look
from cpnb.widgets.shown import WIDGET_VIEW, ShownAnywhere


class Plate(ShownAnywhere, ipywidgets.VBox):
    def as_text(self) -> str:
        return "a <plate>"


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """IPython as it is in the kernel of a notebook."""
    shell = types.SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))


shown = []


def show(noun: object) -> None:
    shown.append(noun)


class Noun:
    pass


@pytest.fixture
def noun() -> Noun:
    shown.clear()
    display.shown_by(f"{__name__}.Noun", f"{__name__}.show")
    return Noun()


def test_a_widget_is_a_widget_text_and_html() -> None:
    bundle = Plate()._repr_mimebundle_()

    assert set(bundle) == {WIDGET_VIEW, "text/plain", "text/html"}
    assert bundle["text/plain"] == "a <plate>" == repr(Plate())
    assert bundle["text/html"] == "<p>a &lt;plate&gt;</p>"


def test_what_is_closed_is_closed_with_all_that_is_in_it_and_shown_as_text_and_html() -> None:
    leaf = look.button("Go")
    plate = Plate([look.row([leaf])])

    plate.close()
    plate.close()  # once more does no harm

    assert plate.comm is leaf.comm is None
    assert plate._repr_mimebundle_() == {"text/plain": "a <plate>", "text/html": "<p>a &lt;plate&gt;</p>"}


@pytest.mark.parametrize("word", ["off", "OFF", " off ", "0", "no", "false"])
def test_without_widgets_it_is_text_and_html(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("CPNB_WIDGETS", word)

    assert set(Plate()._repr_mimebundle_()) == {"text/plain", "text/html"}


def test_the_text_of_a_widget_that_says_nothing_is_the_same_in_every_run() -> None:
    class Bare(ShownAnywhere, ipywidgets.HBox):
        pass

    assert repr(Bare()) == "<Bare>"


def test_in_a_kernel_a_noun_is_shown_by_what_was_named_for_it(noun: Noun, kernel: None) -> None:
    display.show_widget(noun)

    assert shown == [noun]


def test_in_a_kernel_a_noun_for_which_nothing_was_named_shows_itself(kernel: None) -> None:
    with pytest.raises(NotImplementedError):
        display.show_widget("text")


@pytest.mark.parametrize("word", ["off", "no"])
def test_a_noun_shows_itself_where_widgets_are_off(
    noun: Noun, kernel: None, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setenv("CPNB_WIDGETS", word)

    with pytest.raises(NotImplementedError):
        display.show_widget(noun)
    assert shown == []


@pytest.mark.parametrize("ipython", [None, types.SimpleNamespace(get_ipython=lambda: None)])
def test_a_noun_shows_itself_where_there_is_no_notebook(
    noun: Noun, monkeypatch: pytest.MonkeyPatch, ipython: object
) -> None:
    monkeypatch.setitem(sys.modules, "IPython", ipython)

    with pytest.raises(NotImplementedError):
        display.show_widget(noun)
