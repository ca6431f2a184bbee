"""Reports row by row: the failing rows, the good ones, and all the problems of each."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from cpnb.content import Problem, Provenance, Severity
from cpnb.errors import FrameError
from cpnb.finding import Finding
from cpnb.report import Report
from cpnb.row_problems import joined

BAD = Problem("bad", Severity.ERROR, Provenance.GUIDE, "not good", "Make it good.")
ODD = Problem("odd", Severity.WARNING, Provenance.CAUTION, "not usual", "Look at it.")


def finding(column, problem, rows):
    mask = np.zeros(10, dtype=bool)
    mask[rows] = True
    return Finding.of_mask(column, problem, mask, 0, {"a": len(rows)})


REPORT = Report(10, (finding("mail", BAD, [2, 5]), finding("phone", BAD, [5]), finding("phone", ODD, [1, 5, 7])))


@settings(deadline=None)
@given(st.lists(st.lists(st.booleans(), min_size=40, max_size=40), max_size=12))
def test_words_are_joined_row_by_row_as_a_loop_would(masks):
    words = [(f"w{number}", np.flatnonzero(mask)) for number, mask in enumerate(masks)]
    rows = np.arange(40) % 3 > 0

    expected = [
        "; ".join(f"w{number}" for number, mask in enumerate(masks) if mask[row]) for row in range(40) if rows[row]
    ]

    assert joined(words, rows).tolist() == expected


def test_combinations_that_no_row_has_any_more_are_dropped_on_the_way():
    rng = np.random.default_rng(1)
    masks = [rng.random(500) < 0.5 for _ in range(12)]

    texts = joined([(str(number), np.flatnonzero(mask)) for number, mask in enumerate(masks)], np.ones(500, dtype=bool))

    assert texts[7] == "; ".join(str(number) for number, mask in enumerate(masks) if mask[7])


@pytest.mark.parametrize("verb", ["rows", "good", "by_row"])
@pytest.mark.parametrize("data", [None, 5, pd.Series([1])], ids=["nothing", "number", "series"])
def test_what_is_no_table_is_refused_by_name(verb, data):
    with pytest.raises(FrameError, match="Expected a pandas DataFrame"):
        getattr(REPORT, verb)(data)


class TestWithFrames:
    data = pd.DataFrame({"mail": list("abcdefghij"), "phone": range(10)}, index=[7] * 10)

    def test_rows_are_the_analysts_own_with_a_reason(self):
        rows = REPORT.rows(self.data)

        assert rows["mail"].tolist() == ["c", "f"]
        assert rows.index.tolist() == [7, 7]
        assert rows["reason"].tolist() == ["mail: bad", "mail: bad; phone: bad"]
        assert list(self.data.columns) == ["mail", "phone"]

    def test_rows_with_warnings_on_request(self):
        assert REPORT.rows(self.data, "warning")["phone"].tolist() == [1, 5, 7]
        with pytest.raises(ValueError, match="fatal"):
            REPORT.rows(self.data, "fatal")

    def test_a_column_named_reason_is_not_overwritten(self):
        rows = REPORT.rows(self.data.assign(reason="mine", reason_2="mine too"))

        assert rows["reason"].tolist() == ["mine", "mine"]
        assert rows["reason_3"].tolist() == ["mail: bad", "mail: bad; phone: bad"]

    def test_good_rows_are_the_others(self):
        assert REPORT.good(self.data)["phone"].tolist() == [0, 1, 3, 4, 6, 7, 8, 9]
        assert Report(10).rows(self.data).empty

    def test_by_row_tells_all_problems_of_each_failing_row(self):
        told = REPORT.by_row(self.data)

        assert told.to_dict("list") == {
            "row": [2, 5],
            "errors": [1, 2],
            "warnings": [0, 1],
            "columns": ["mail", "mail; phone"],
            "codes": ["bad", "bad; odd"],
            "problems": ["mail: not good", "mail: not good; phone: not good; phone: not usual (warning)"],
        }
        assert told.index.tolist() == [7, 7]

    def test_by_row_of_warnings_on_request(self):
        told = REPORT.by_row(self.data, "warning")

        assert told["row"].tolist() == [1, 5, 7]
        assert told["errors"].tolist() == [0, 2, 0]

    def test_by_row_keeps_an_index_of_several_levels_and_can_be_sorted_by_a_name_that_it_has(self):
        index = pd.MultiIndex.from_arrays([range(10), list("abcdefghij")], names=["row", None])

        told = REPORT.by_row(self.data.set_index(index))

        assert told.index.tolist() == [(2, "c"), (5, "f")]
        assert told.sort_values("row_2", ascending=False)["row_2"].tolist() == [5, 2]

    def test_by_row_without_failing_rows_is_empty_and_has_the_same_columns(self):
        told = Report(10).by_row(self.data)

        assert told.empty
        assert list(told.columns) == list(REPORT.by_row(self.data).columns)

    def test_findings_about_the_map_are_in_no_row(self):
        report = Report(10, (Finding.about_map(BAD), finding("", BAD, [3]), finding("mail", BAD, [3])))

        assert report.by_row(self.data)["problems"].tolist() == ["not good; mail: not good"]
        assert report.by_row(self.data)["columns"].tolist() == ["mail"]

    def test_rows_with_the_same_problems_share_their_texts(self):
        told = REPORT.by_row(self.data, "warning")

        assert told["problems"].iloc[0] is told["problems"].iloc[2]

    @pytest.mark.parametrize("method", [REPORT.rows, REPORT.good, REPORT.by_row])
    def test_another_table_is_refused(self, method):
        with pytest.raises(FrameError, match="This table has 9 rows, the one that was examined had 10"):
            method(self.data.iloc[1:])

    def test_findings_as_a_table(self):
        table = REPORT.to_frame()

        assert table["code"].tolist() == ["bad", "bad", "odd"]
        assert table["count"].tolist() == [2, 1, 3]
        assert table["first_row"].tolist() == [2, 5, 1]
        assert table["severity"].tolist() == ["error", "error", "warning"]

    def test_no_findings_as_a_table_have_the_same_columns(self):
        assert list(Report(0).to_frame().columns) == list(REPORT.to_frame().columns)
        assert Report(0).to_frame().empty
