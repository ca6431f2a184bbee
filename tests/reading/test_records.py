"""Where the records of a text are wrong: judged by Python's ``csv``, which decides one character at a time."""

import csv
import io

import pytest
from hypothesis import given, settings, strategies as st

from cpnb.reading.delimited import DelimitedFile, header_of, table_of
from cpnb.reading.quotation import Quotation
from cpnb.reading.records import BAD_QUOTATION, line_end_count, surveyed


def cut(text, size):
    """Return a text in chunks as they come from a file: none but the last ends in a mark or a carriage return."""
    chunks, held = [], b""
    for start in range(0, len(text), size):
        whole = held + text[start : start + size]
        kept = whole.rstrip(b"\r\"'")
        held = whole[len(kept) :]
        if kept:
            chunks.append(kept)
    return [*chunks, held] if held else chunks


def first_problem_by_csv(text, width):
    """Return the line and the kind of what ``csv`` finds wrong first, or nothing."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for record in reader:
            if record and len(record) != width:
                return line, f"{len(record)} cell"
            line = reader.line_num + 1
    except csv.Error:
        return line, BAD_QUOTATION
    return None


pieces = st.lists(st.sampled_from(['"', '""', '"', ",", "\n", "\r", "\r\n", "a", " ", "é"]), max_size=30).map("".join)


@settings(max_examples=1500)
@given(pieces, st.integers(1, 3), st.integers(1, 9))
def test_the_first_problem_is_the_one_that_csv_finds(text, width, chunk_size):
    found = surveyed(cut(text.encode(), chunk_size), ",", '"', width).problem
    expected = first_problem_by_csv(text, width)
    if expected is None:
        assert found == "" or "the file ends after its header" in found
    else:
        line, kind = expected
        assert found.startswith(f"line {line}: {kind}")


@settings(max_examples=1000)
@given(pieces, st.integers(1, 9))
def test_marks_are_followed_alike_however_the_text_is_cut(text, chunk_size):
    whole = Quotation(b",", b'"')
    outcome = whole.follow(text.encode()) if text else (None, None)
    in_parts = Quotation(b",", b'"')
    misplaced = [in_parts.follow(chunk)[1] for chunk in cut(text.encode(), chunk_size)]
    if outcome[1] is None:
        assert set(misplaced) <= {None}
        assert in_parts.inside == whole.inside
    else:
        assert any(place is not None for place in misplaced)


@settings(max_examples=400)
@given(rows=st.lists(st.lists(pieces, min_size=2, max_size=2), min_size=1, max_size=6), block=st.integers(64, 300))
def test_what_is_in_order_reads_as_csv_reads_it(tmp_path_factory, rows, block):
    path = tmp_path_factory.mktemp("rows") / "people.csv"
    text = "a,b\n" + "\n".join(",".join(row) for row in rows) + "\n"
    path.write_bytes(text.encode())
    file = DelimitedFile(path, "utf-8")
    survey = surveyed(file.chunks(), ",", '"', 2)
    if survey.problem:
        return
    records = [record for record in csv.reader(io.StringIO(text, newline="")) if record]
    table = table_of(file, header_of(file), block_bytes=4096)
    assert [list(row.values()) for row in table.to_pylist()] == [[cell or None for cell in row] for row in records[1:]]
    in_small_blocks = table_of(file, header_of(file), block_bytes=block)
    assert in_small_blocks is not None or survey.longest_record_bytes >= block
    assert in_small_blocks is None or in_small_blocks.equals(table)


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "cp1252"])
@pytest.mark.parametrize("shift", range(8))
def test_a_mark_where_a_block_ends_is_no_trouble(tmp_path, codec, shift):
    path = tmp_path / "people.csv"
    text = "a" * (shift + 1) + ",b\n" + '"1","ü"\n' * 20_000
    path.write_bytes(text.encode(codec))
    file = DelimitedFile(path, codec)
    table = table_of(file, header_of(file), block_bytes=4096)
    assert table is not None
    assert table.num_rows == 20_000


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a,b\n"x"def,1\n', 2),  # text behind a closing mark
        ('a,b\n1,2\n"x" ,1\n', 3),  # a space is text, too
        ('a,b\n"x,"def,1\n', 2),  # the closing mark stands behind a comma that is text
        ('a,b\n"x\n"def,1\n', 2),  # and here behind a line end
        ('a,b\n"x"""def,1\n', 2),  # a doubled mark, then a closing one
        ('a,b\n""def,1\n', 2),  # nothing within the marks
        ('a,b\n5" pipe,"x"y\n', 2),  # a mark within a cell changes which one closes
        ('a,b\n5"" pipe,"x"y\n', 2),
    ],
)
def test_text_behind_a_closing_mark_is_found(text, line):
    assert surveyed([text.encode()], ",", '"', 2).problem == f"line {line}: {BAD_QUOTATION}"


@pytest.mark.parametrize(
    "cell", ['5" pipe', '5"" pipe', 'x "y" z', '"x ""y"" z"', '"""x"""', '""', '"a,""\n,b"', "it's"]
)
def test_marks_that_are_in_order_are_no_problem(cell):
    found = surveyed([f"a,b\n{cell},1\n".encode()], ",", '"', 2)
    assert found.problem == ""
    assert found.record_count == 2


def test_the_line_is_the_first_of_the_record():
    text = b'a,b\r\n\r\n"x\r\ny\rz",1\r\nonly one\r\n'
    assert surveyed([text], ",", '"', 2).problem.startswith("line 6: 1 cell,")
    assert surveyed([text], ",", '"', 2, first_line=2).problem.startswith("line 7: 1 cell,")


def test_the_first_of_two_problems_is_told():
    assert surveyed([b'a,b\n1\n"x"y,2\n'], ",", '"', 2).problem.startswith("line 2: 1 cell,")
    assert surveyed([b'a,b\n"x"y,2\n1\n'], ",", '"', 2).problem.startswith("line 2: a quotation")
    assert surveyed([b'a,b\n1,\0\n1\n"x"y,2\n'], ",", '"', 2).problem.startswith("line 2: a NUL")


def test_the_longest_record_is_measured_across_chunks():
    long = b'"' + b"x" * 1000 + b'",1\n'
    assert surveyed(cut(b"a,b\n" + long + b"1,2\n", 64), ",", '"', 2).longest_record_bytes == len(long) - 1


def test_lines_end_in_three_ways():
    assert line_end_count(b"a\nb\r\nc\rd") == 3
