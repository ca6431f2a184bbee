"""The report view without a browser: rows on request, edits checked and told as code, sentences for trouble."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from ipywidgets import HTML, Widget
from ipywidgets.widgets import widget

from cpnb.fields import FieldMap
from cpnb.widgets.report_view.view import ReportView

FIELDS = FieldMap({"id": "AccountNumber", "mail": "EmailAddress", "<i>city": "Address.City"}, unique_key="id")


def people(rows: int = 30) -> pd.DataFrame:
    """A table in which every third address is none."""
    mails = [f"<b>wren{row}" if row % 3 == 0 else f"p{row}@example.com" for row in range(rows)]
    return pd.DataFrame({"id": [f"C{row}" for row in range(rows)], "mail": mails, "<i>city": ["<u>Oslo"] * rows})


def all_of(widget: Any) -> list[Any]:
    """Return a widget and everything in it."""
    return [widget, *(one for child in getattr(widget, "children", ()) for one in all_of(child))]


def seen(view: ReportView) -> str:
    """Return everything that the front end has been told."""
    return "\n".join(str(one.get_state()) for one in all_of(view))


def named(view: Any, name: str) -> Any:
    """Return the control of a name."""
    (found,) = [one for one in all_of(view) if getattr(one, "description", None) == name]
    return found


@pytest.fixture
def view() -> ReportView:
    return ReportView(people(), FIELDS, name="people")


def test_findings_are_told_in_counts_and_shapes(view: ReportView) -> None:
    text = seen(view)

    assert "10 cells" in text
    assert "aaaa9" in text
    assert "wren" not in text
    assert "p1@example.com" not in text
    assert repr(view) == str(view.report)


def test_rows_are_shown_when_they_are_asked_for_a_page_at_a_time(view: ReportView) -> None:
    named(view, "Show 10 rows").click()

    assert named(view, "mail in row 0").value == "<b>wren0"
    assert named(view, "mail in row 21").value == "<b>wren21"
    assert "mail in row 24" not in seen(view)
    assert "&lt;i&gt;city: &lt;u&gt;Oslo" in seen(view)

    named(view, "Next rows").click()
    assert [one.description for one in all_of(view) if "in row" in str(getattr(one, "description", ""))][::3] == [
        "mail in row 24",
        "mail in row 27",
    ]


def test_an_edit_is_checked_and_comes_out_as_table_and_code(view: ReportView) -> None:
    named(view, "Show 10 rows").click()
    named(view, "mail in row 3").value = "still bad"
    assert "not a valid e-mail address" in seen(view)
    named(view, "mail in row 3").value = "fine@example.com"
    named(view, "Make mail in row 6 empty").click()

    assert view.frame["mail"].tolist()[:4] == ["<b>wren0", "p1@example.com", "p2@example.com", "fine@example.com"]
    assert pd.isna(view.frame["mail"].iloc[6])
    assert view.report.findings[0].count == 8
    assert "2 cells edited." in seen(view)
    assert "mended" in seen(view)
    assert view.patch().splitlines()[-1] == (
        "people.iloc[[3, 6], people.columns.get_loc('mail')] = ['fine@example.com', None]"
    )
    names = {"people": people()}
    exec(view.patch(by="key"), names)  # noqa: S102  # what the analyst would run
    pd.testing.assert_frame_equal(names["people"], view.frame)


def test_edits_are_undone_one_by_one_or_all(view: ReportView) -> None:
    named(view, "Show 10 rows").click()
    for row in (0, 3):
        named(view, f"mail in row {row}").value = "x@example.com"
    named(view, "Undo mail in row 0").click()
    assert (named(view, "mail in row 0").value, view.frame["mail"].iloc[0]) == ("<b>wren0", "<b>wren0")

    named(view, "Undo all edits").click()
    assert named(view, "mail in row 3").value == "<b>wren3"
    pd.testing.assert_frame_equal(view.frame, people())


def test_closing_the_rows_keeps_the_edits_and_nothing_else(view: ReportView) -> None:
    before = set(widget._instances)
    named(view, "Show 10 rows").click()
    named(view, "mail in row 3").value = "fine@example.com"
    named(view, "Show the edits as code").click()
    held = [one for one in all_of(view) if "fine@example.com" in str(one.get_state())]
    assert len(held) == 2  # the field and the code
    named(view, "Close").click()

    assert view.frame["mail"].iloc[3] == "fine@example.com"
    assert "example.com" not in seen(view)
    assert "wren" not in seen(view)
    assert [one.value for one in held] == ["", ""]
    assert [one.comm for one in held] == [None, None]
    assert set(widget._instances) == before


def test_closing_the_view_closes_the_rows(view: ReportView) -> None:
    named(view, "Show 10 rows").click()
    field = named(view, "mail in row 3")
    view.close()

    assert (field.comm, field.value) == (None, "")
    pd.testing.assert_frame_equal(view.frame, people())


def test_what_collects_states_in_the_kernel_sees_no_cell(view: ReportView) -> None:
    named(view, "Show 10 rows").click()
    named(view, "mail in row 3").value = "fine@example.com"
    named(view, "Show the edits as code").click()
    states = str(Widget.get_manager_state(widgets=all_of(view)))

    assert "mail in row 3" in states
    assert "wren" not in states
    assert "example.com" not in states.replace("name@example.com", "")
    assert "wren" not in repr([one for one in all_of(view) if one is not view])


def test_the_code_follows_the_edits(view: ReportView) -> None:
    named(view, "Show the edits as code").click()
    assert "No cell of people was edited" in seen(view)

    named(view, "Show 10 rows").click()
    named(view, "Show the edits as code").click()
    named(view, "mail in row 3").value = "fine@example.com"
    assert "people.iloc[[3]" in seen(view)

    named(view, "Find rows by").value = "key"
    assert "eq(&#x27;C3&#x27;)" in seen(view)


def test_what_cannot_be_done_is_told_in_a_sentence() -> None:
    view = ReportView(people(), FieldMap({"mail": "EmailAddress"}))
    named(view, "Find rows by").value = "key"
    named(view, "Show the edits as code").click()

    assert "no unique key" in seen(view)


def test_what_nobody_foresaw_is_told_by_its_kind_alone(view: ReportView) -> None:
    def fail() -> None:
        raise RuntimeError("wren@example.com")

    view._act(fail)

    assert "That did not work: RuntimeError." in seen(view)
    assert "wren" not in seen(view)


def test_a_large_table_is_checked_as_a_whole_when_somebody_asks_for_it() -> None:
    view = ReportView(people(30_003), FIELDS)
    check = named(view, "Check the whole table again")
    assert "cpnb-gone" in check._dom_classes
    view._edits.edit(0, "mail", "p@example.com")
    named(view, "Show 10,001 rows").click()
    assert "cpnb-gone" not in check._dom_classes
    assert "1 cell edited; the counts are those from before the edits." in seen(view)

    check.click()
    assert "cpnb-gone" in check._dom_classes
    assert "1 cell edited." in seen(view)
    assert named(view, "Show 10,000 rows")


def test_findings_about_whole_rows_have_no_field() -> None:
    frame = people()
    frame.iloc[4] = list(frame.columns)
    view = ReportView(frame, FIELDS)
    named(view, "Show 1 row").click()

    assert "This is about whole rows" in seen(view)
    assert "row 4" in seen(view)
    assert not [one for one in all_of(view) if "in row" in str(getattr(one, "description", ""))]


def test_a_table_without_findings_says_so() -> None:
    view = ReportView(people().iloc[1:3], FIELDS)

    assert "Can be uploaded" in seen(view)
    assert view.patch() == "# No cell of frame was edited.\n"


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be the name of a variable"):
        ReportView(people(), FIELDS, name="my table")


def test_300_columns_of_findings_are_a_page_at_a_time() -> None:
    wide = pd.DataFrame({f"<b>c{number}": ["x" * 300] for number in range(300)})
    view = ReportView(wide, FieldMap({column: f"Attributes.a{place}" for place, column in enumerate(wide.columns)}))

    assert "1 to 10 of 301 findings" in seen(view)  # one is about the number of columns
    assert not any("<b>c" in one.value for one in all_of(view) if isinstance(one, HTML))
    assert len(all_of(view)) < 90


def test_edits_from_several_threads_are_all_there(view: ReportView) -> None:
    named(view, "Show 10 rows").click()
    fields = {row: named(view, f"mail in row {row}") for row in (0, 3, 6, 9, 12)}

    def typing(row: int) -> Callable[[], None]:
        return lambda: setattr(fields[row], "value", f"t{row}@example.com")

    threads = [threading.Thread(target=typing(row)) for row in fields]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert [view.frame["mail"].iloc[row] for row in fields] == [f"t{row}@example.com" for row in fields]
    assert "That did not work" not in seen(view)


def test_half_of_a_character_is_refused_in_words(view: ReportView) -> None:
    named(view, "Show 10 rows").click()

    named(view, "mail in row 0").value = "a\ud800@example.com"

    assert "half of a character" in seen(view)
    assert view._edits.count == 0
    named(view, "mail in row 0").value = "wren@example.com"
    assert view._edits.count == 1
    assert "half of a character" not in seen(view)


def test_a_click_that_comes_after_the_view_was_closed_opens_nothing(view: ReportView) -> None:
    button = named(view, "Show 10 rows")
    view.close()
    before = set(widget._instances)

    button._handle_custom_msg({"event": "click"}, [])

    assert set(widget._instances) == before
