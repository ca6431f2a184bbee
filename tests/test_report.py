"""Reports: counts, positions, shapes; adding up; what they show and what never."""

import pickle
import re
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings, strategies as st

from cpnb.content import Problem, Provenance, Severity
from cpnb.errors import InvalidDataError
from cpnb.finding import Finding, shape_counts, shape_of, shapes_of
from cpnb.report import Report

BAD = Problem("bad", Severity.ERROR, Provenance.GUIDE, "not good", "Make it good.")
ODD = Problem("odd", Severity.WARNING, Provenance.CAUTION, "not usual", "Look at it.")


def finding(column, problem, rows, *, start=0, length=10, shapes=None):
    mask = np.zeros(length, dtype=bool)
    mask[[row - start for row in rows]] = True
    return Finding.of_mask(column, problem, mask, start, {"a": len(rows)} if shapes is None else shapes)


REPORT = Report(10, (finding("mail", BAD, [2, 5]), finding("phone", BAD, [5]), finding("phone", ODD, [1, 5, 7])))


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("555-0100", "999-9999"),
        ("Émile Zola", "Aaaaa Aaaa"),
        ("ann@example.com", "aaa@aaaaaaa.aaa"),
        ("Ελένη ЖЕНЯ", "Aaaaa AAAA"),
        ("李小龙 नमस्ते", "aaa aaaaaa"),
        ("٠١٢३४५", "999999"),
        ("ǅ ʰ Ⅷ ½", "A a 9 9"),
        ("e\u0301", "aa"),
        ("😀\u200b\n\x00\u00a0", "·····"),
        ("A9a·", "A9a·"),
        ("", ""),
        ("x" * 40, "a" * 40),
        ("x" * 41, "a" * 40 + "…"),
        ("\n" * 41, "·" * 40 + "…"),
    ],
)
def test_shapes_keep_signs_and_hide_letters_and_digits_of_every_script(text, shape):
    assert shape_of(text) == shape


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_shape_holds_nothing_but_placeholders_and_ascii_signs(text):
    shape = shape_of(text)

    assert len(shape) <= 41
    assert all(sign in "Aa9·…" or not sign.isalnum() for sign in shape)
    assert all(sign in "·…" or " " <= sign <= "~" for sign in shape)


def test_missing_text_has_no_shape():
    assert shapes_of(pa.array([None, "1"], pa.large_string())).to_pylist() == [None, "9"]
    assert shape_counts(pa.array(["b", None, "1", "c"], pa.large_string())) == {"a": 2, "9": 1}


def test_a_report_without_errors_is_ok():
    assert Report(3).ok
    assert Report(10, (finding("x", ODD, [1]),)).ok
    assert not REPORT.ok


def test_errors_and_warnings_are_told_apart():
    assert [(one.column, one.code) for one in REPORT.errors] == [("mail", "bad"), ("phone", "bad")]
    assert [(one.column, one.code) for one in REPORT.warnings] == [("phone", "odd")]


def test_positions_are_the_physical_rows_each_once():
    assert REPORT.positions().tolist() == [2, 5]
    assert REPORT.positions(Severity.WARNING).tolist() == [1, 5, 7]


def test_positions_take_four_bytes_a_row():
    assert REPORT.findings[0].positions.dtype == np.uint32


def test_a_finding_beyond_four_billion_rows_keeps_its_positions():
    assert Finding.of_mask("x", BAD, np.array([True]), 2**32, {}).positions.tolist() == [2**32]


def test_adding_reports_of_slices_gives_the_report_of_both():
    first = Report(10, (finding("mail", BAD, [2, 5], shapes={"a": 1, "9": 1}),))
    second = Report(4, (finding("zip", BAD, [11], start=10, length=4), finding("mail", BAD, [12], start=10, length=4)))

    both = first + second

    assert both.row_count == 14
    assert [(one.column, one.count, one.positions.tolist()) for one in both.findings] == [
        ("mail", 3, [2, 5, 12]),
        ("zip", 1, [11]),
    ]
    assert both.findings[0].shapes == {"a": 2, "9": 1}


def test_nothing_is_added_by_an_empty_report():
    assert REPORT + Report(0) == REPORT
    assert Report.total([]) == Report(0)
    with pytest.raises(TypeError):
        REPORT + 1


@settings(deadline=None)
@given(st.lists(st.lists(st.tuples(st.sampled_from("xyz"), st.booleans(), st.booleans()), max_size=4), max_size=6))
def test_reports_add_up_in_any_grouping(slices):
    reports = []
    for number, rows in enumerate(slices):
        findings = [
            Finding.of_mask(column, problem, np.array([flag]), number, {"a" * (number % 3): 1} if flag else {})
            for column, is_error, flag in dict.fromkeys(rows)
            for problem in [BAD if is_error else ODD]
            if flag
        ]
        reports.append(Report(1, tuple(findings)))

    one_by_one = Report(0)
    for report in reports:
        one_by_one = one_by_one + report
    backwards = Report(0)
    for report in reversed(reports):
        backwards = report + backwards

    assert one_by_one == Report.total(reports)
    assert backwards == Report.total(reports)


def test_shapes_are_capped_and_the_rest_is_counted():
    many = {"9" * number: 1 for number in range(1, 301)}

    one = finding("x", BAD, range(300), length=300, shapes=many)
    both = Finding.total([one, finding("x", BAD, range(300, 600), start=300, length=300, shapes=many)])

    assert (len(one.shapes), one.other_shapes) == (200, 100)
    assert (len(both.shapes), both.other_shapes) == (200, 200)
    assert sum(both.shapes.values()) + both.other_shapes == both.count == 600


def test_the_example_is_the_most_frequent_shape_and_ties_are_in_alphabetical_order():
    assert finding("x", BAD, [1, 2, 3], shapes={"b": 1, "a": 1, "9": 1}).example.startswith("'9' x 1")
    assert finding("x", BAD, [1, 2, 3], shapes={"b": 1, "aa": 2}).example.startswith("'aa' x 2")


@pytest.mark.parametrize(
    ("shapes", "example"),
    [
        ({"a": 9}, "'a' x 9"),
        ({"a": 8, "9": 1}, "'a' x 8 and 1 other shape"),
        ({"a": 5, "9": 1, "-": 1, ".": 1, "A": 1}, "'a' x 5 and 4 other shapes"),
        ({"9" * number: 1 for number in range(1, 202)}, "'9' x 1 and at least 200 other shapes"),
    ],
)
def test_the_example_says_how_many_other_shapes_there_are(shapes, example):
    one = finding("x", BAD, range(sum(shapes.values())), length=300, shapes=shapes)

    assert one.example == example
    assert f"such as {example} (rows 0" in str(Report(300, (one,)))
    assert example.replace("'", "&#x27;") in Report(300, (one,))._repr_html_()


def test_the_text_says_what_where_and_whether():
    report = Report(10, (finding("mail", BAD, [2, 5]), finding("phone", ODD, [1, 5, 7])))

    assert str(report).splitlines() == [
        "Report: 10 rows, 1 kind of error in 2 rows, 1 kind of warning (rows counted from 0). The table cannot be "
        "uploaded as it is.",
        "  error    mail: 2 cells: not good, such as 'a' x 2 (rows 2, 5) [bad]",
        f"           {BAD.hint}",
        "  warning  phone: 3 cells: not usual, such as 'a' x 3 (rows 1, 5, 7) [odd]",
        f"           {ODD.hint}",
    ]
    assert repr(report) == str(report)
    assert str(Report(1)) == "Report: 1 row, no findings. The table can be uploaded."


def test_columns_that_share_a_problem_share_its_sentence_and_its_hint():
    assert str(REPORT).splitlines()[1:] == [
        "  error    not good [bad], in 2 columns:",
        "           mail: 2 cells, such as 'a' x 2 (rows 2, 5)",
        "           phone: 1 cell, such as 'a' x 1 (row 5)",
        f"           {BAD.hint}",
        "  warning  phone: 3 cells: not usual, such as 'a' x 3 (rows 1, 5, 7) [odd]",
        f"           {ODD.hint}",
    ]


def test_long_lists_are_cut_and_the_first_line_says_so():
    same = Report(10, tuple(finding(f"c{number}", BAD, range(7)) for number in range(25)))
    different = Report(10, tuple(finding("x", replace(BAD, code=f"bad_{number}"), range(7)) for number in range(25)))

    assert str(same).splitlines()[0].endswith("Shown: 5 of 25 findings; to_frame() lists all.")
    assert str(same).splitlines()[-2:] == ["           and 20 more columns", f"           {BAD.hint}"]
    assert str(different).splitlines()[0].endswith("Shown: 20 of 25 findings; to_frame() lists all.")
    assert len(str(different).splitlines()) == 1 + 2 * 20
    assert str(different).splitlines()[1].endswith("(rows 0, 1, 2, 3, 4 and 2 more) [bad_0]")
    assert "Shown" not in str(REPORT)


def test_a_finding_about_the_map_counts_no_cells():
    report = Report(10, (Finding.about_map(ODD, "mail"), Finding.about_map(BAD)))

    assert [str(one) for one in report.findings] == ["warning  mail: not usual [odd]", "error    not good [bad]"]
    assert report.positions().tolist() == []
    assert "counted from 0" not in str(report)


def test_the_html_is_escaped_and_has_captions_and_scopes():
    html = Report(10, (finding("<script>&", BAD, [1], shapes={"<9>": 1}),))._repr_html_()

    assert "<script>" not in html
    assert "&lt;script&gt;&amp;" in html
    assert "&lt;9&gt;" in html
    assert "Cannot be uploaded" in html.partition("<caption")[2].partition("</caption>")[0]
    assert html.count("<caption") == html.count("<table") == 2
    assert html.count("<th scope=") == html.count("<th ")
    assert html.count("rows counted from 0") == 1


def test_a_bar_for_each_column_says_in_words_how_many_rows_have_what():
    html = REPORT._repr_html_()
    labels = re.findall(r'role="img" aria-label="([^"]*)"', html)

    assert labels == [
        "20.0 % errors, 20.0 % warnings, 60.0 % fine",  # rows 2 and 5; 1 and 7
        "20.0 % errors, 80.0 % fine",
        "10.0 % errors, 20.0 % warnings, 70.0 % fine",
    ]


def test_columns_without_findings_are_named_if_they_are_known():
    html = Report(10, REPORT.findings, ("mail", "city", "zip"))._repr_html_()

    assert ">city, zip</th>" in html
    assert "100 % fine" in html
    assert "no findings" in html
    assert "no findings" not in REPORT._repr_html_()


def test_the_html_of_a_table_with_errors_names_the_way_to_its_rows() -> None:
    of_table = Report(10, REPORT.findings, ("mail", "city", "zip"))

    assert "cpnb.ReportView(frame, fields)" in of_table._repr_html_()
    assert "ReportView" not in REPORT._repr_html_()  # of a slice
    assert "ReportView" not in Report(10, of_table.warnings, of_table.columns)._repr_html_()
    assert "ReportView" not in str(of_table)  # a terminal shows no widget


def test_what_to_do_is_told_once_for_all_columns_that_share_a_problem():
    html = REPORT._repr_html_()

    assert html.count(BAD.hint) == 1
    assert ">mail, phone</td>" in html
    assert "service guide" in html


def test_the_html_leaves_text_colours_to_the_front_end_and_fetches_nothing():
    html = REPORT._repr_html_()

    assert not re.search(r"[^-]color:", html)  # background-color alone
    assert not re.search(r"<script|<style|<img|<link|url\(|https?:", html)


@pytest.mark.parametrize("verdict", ["Cannot be uploaded as it is", "Can be uploaded"])
def test_the_verdict_comes_first(verdict):
    report = REPORT if "Cannot" in verdict else Report(3)

    assert re.sub("<[^>]*>", "", report._repr_html_())[2:].startswith(verdict)


@pytest.mark.parametrize("name", ["c" * 500, "😀" * 500, "<" * 500])
@pytest.mark.parametrize("code", ["bad", "check_" + "x" * 9000])
def test_text_and_html_stay_small_however_bad_the_table(name, code):
    shapes = {"<" * 41: 300}
    terrible = Report(
        300,
        tuple(
            finding(name + str(n), replace(BAD, code=f"{code}_{n % 150}"), range(300), length=300, shapes=shapes)
            for n in range(300)
        ),
    )

    assert len(str(terrible).encode()) < 10_000
    assert len(terrible._repr_html_().encode()) < 50_000
    assert re.search(r"Shown: [1-9]\d* of 300 findings", str(terrible).splitlines()[0])
    assert re.search(r"Shown: [1-9]\d* of 300 findings", terrible._repr_html_().partition("</caption>")[0])
    with pytest.raises(InvalidDataError, match=r"Shown: [1-9]\d* of 300 kinds of error") as caught:
        terrible.raise_if_failed()
    assert len(str(caught.value).encode()) < 10_000


def test_raising_names_what_is_wrong_and_carries_the_report():
    with pytest.raises(InvalidDataError, match=r"nothing was sent: 10 rows, 2 kinds of error") as caught:
        REPORT.raise_if_failed()

    assert caught.value.report is REPORT
    assert "Make it good." in str(caught.value)
    assert str(caught.value).splitlines()[-1] == (
        'Next: on_invalid="blank" sends bad cells empty, on_invalid="skip" leaves their rows behind; '
        "error.report.rows(frame) shows the rows."
    )
    Report(10, (finding("x", ODD, [1]),)).raise_if_failed()


def test_a_report_pickles():
    assert pickle.loads(pickle.dumps(REPORT)) == REPORT  # noqa: S301  # our own bytes


def test_what_the_service_does_silently_is_said_of_a_table_that_can_be_uploaded():
    fine, wrong = Report(3, (), ("mail",)), Report(3, (finding("mail", BAD, [1]),), ("mail",))

    for shown in (str(fine), fine._repr_html_()):
        assert "Good to know: the service clears nothing for an empty cell" in shown
        assert "an agent has edited" in shown
        assert "deletes profiles" in shown
    assert "Good to know" not in f"{wrong}{wrong._repr_html_()}{Report(0, (), ('mail',))}"
