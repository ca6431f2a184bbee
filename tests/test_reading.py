import csv
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from cpnb.errors import ReadError
from cpnb.reading import read


@pytest.fixture
def written(tmp_path):
    """A function that writes bytes or text to a file and returns its path."""

    def write(content, name="people.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def cells(frame):
    return frame.astype(object).where(frame.notna(), None).to_numpy().tolist()


def test_text_comes_in_as_it_stands(written):
    frame = read(written("id,zip,phone,note\n007,01234,+1 206,NA\n12345678901234567890,1e5,00, two \n"))
    assert list(frame.columns) == ["id", "zip", "phone", "note"]
    assert cells(frame) == [["007", "01234", "+1 206", "NA"], ["12345678901234567890", "1e5", "00", " two "]]


@pytest.mark.parametrize("word", ["NA", "NaN", "null", "None", "-", "true", "1.0"])
def test_words_that_look_like_something_stay_text(written, word):
    assert cells(read(written(f"a,b\n{word},x\n"))) == [[word, "x"]]


def test_an_empty_cell_is_missing_quoted_or_not(written):
    assert cells(read(written('a,b,c\n,"",x\n'))) == [[None, None, "x"]]


def test_newlines_quotes_and_commas_within_cells_stay(written):
    frame = read(written('a,b\n"(309)\n662-4202","say ""hi"", twice"\n'))
    assert cells(frame) == [["(309)\n662-4202", 'say "hi", twice']]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_all_line_ends_are_understood(written, newline):
    assert cells(read(written(newline.join(["a,b", "1,2", "3,4", ""])))) == [["1", "2"], ["3", "4"]]


def test_a_byte_order_mark_is_left_out(written):
    assert list(read(written(b"\xef\xbb\xbfid,name\n1,x\n")).columns) == ["id", "name"]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig", "UTF8"])
def test_other_encodings_by_name(written, encoding):
    frame = read(written("name,city\nJürgen,Köln\n".encode(encoding)), encoding=encoding)
    assert cells(frame) == [["Jürgen", "Köln"]]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_another_delimiter(written, delimiter):
    path = written(delimiter.join("ab") + "\n" + delimiter.join(["1,5", "2"]) + "\n")
    assert cells(read(path, delimiter=delimiter)) == [["1,5", "2"]]
    with pytest.raises(ReadError, match="delimiter="):
        read(path)


def test_spaces_around_names_go_and_those_in_cells_stay(written):
    frame = read(written("id, given name , state\n1, lachlan , wa\n"))
    assert list(frame.columns) == ["id", "given name", "state"]
    assert cells(frame) == [["1", " lachlan ", " wa"]]


def test_a_column_without_a_name_is_named_by_its_position(written):
    assert list(read(written("a,,b,\n1,2,3,4\n")).columns) == ["a", "unnamed_2", "b", "unnamed_4"]


def test_years_and_dates_can_be_names_of_columns(written):
    assert list(read(written("id,2024,2024-01-31,20240131\n1,2,3,4\n")).columns) == [
        "id",
        "2024",
        "2024-01-31",
        "20240131",
    ]


def test_blank_lines_are_skipped(written):
    assert cells(read(written("\na,b\n\n1,2\n\n"))) == [["1", "2"]]


def test_inch_marks_within_a_cell_are_no_quotation(written):
    assert cells(read(written('a,b\n5" pipe,x\n'))) == [['5" pipe', "x"]]


def test_a_long_cell_is_read(written):
    assert cells(read(written(f"a,b\n{'x' * 200_000},1\n"))) == [["x" * 200_000, "1"]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n\n", "only blank lines"),
        (b"a,b\n", "line 2: the file ends after its header of 2 columns; expected at least one row"),
        (b"a,b", "ends after its header of 2 columns"),
        (b"a", "ends after its header of 1 column;"),
        (b"a,b, a\n1,2,3\n", "has 1 name more than once: 'a'"),
        (b"a,b,a,b\n1,2,3,4\n", "has 2 names more than once: 'a', 'b'"),
        (b"a;b\n1;2\n", "contains ';' once: read it with delimiter=';'"),
        (b"a;b;c\n1;2;3\n", "contains ';' 2 times"),
        (b"a,b\n1,2\nsecret\n", "line 3: 1 cell, but the header has 2"),
        (b'a,b\n"x\ny",2\n1,2,secret\n', "line 4: 3 cells"),
        (b"a,b\n1,2\nsecret\0,4\n", "line 3: a NUL"),
        (b'a,b\n1,2\n3,"secret\n5,6\n', "line 3: a quotation mark that is never closed"),
        (b'a,b\n1,2\n3,"secret', "line 3: a quotation mark that is never closed"),
        (b"a,b\n1,2\nsecr\xe9t,2\n", r"line 3, byte 13 .*cp1252"),
        (b"a,b\n1,2\nsecr\xc3", r"line 3, byte 13 "),
        (b"\xe9,b\n1,2\n", r"line 1, byte 1 "),
        ("a,b\nsecret,2\n".encode("utf-16"), "encoding='utf-16'"),
        (b'a,"b' + b"secret\n" * 30_000, "line 1: a quotation mark"),
        (b"PK\x03\x04rest", "Excel"),
        (b"PAR1rest", "Parquet"),
        (b"1,secret@example.com\n2,x\n", "column 2 of 2"),
        (b"ann,+1 206 555 0100\nbob,x\n", "column 2 of 2"),
    ],
)
def test_a_broken_file_is_refused_with_its_place_and_without_its_values(written, content, message):
    with pytest.raises(ReadError, match=message) as caught:
        read(written(content))
    assert "secret" not in str(caught.value)
    assert caught.value.__context__ is None


def test_wrong_bytes_in_another_encoding_are_found(written):
    with pytest.raises(ReadError, match="line 2, byte 5 "):
        read(written(b"a,b\n\x81,2\n"), encoding="cp1252")
    with pytest.raises(ReadError, match="byte "):
        read(written("a,b\n1,2\n".encode("utf-16") + b"x"), encoding="utf-16")


def test_the_place_is_right_far_into_a_large_file(written):
    good = b"a,b\n" + b"1,2\n" * 1_500_000
    with pytest.raises(ReadError, match="line 1500002, byte 6,000,007 "):
        read(written(good + b"x,\xff\n"))


def test_no_such_file_and_a_directory(tmp_path):
    with pytest.raises(ReadError, match=r"no file 'people\.csv'"):
        read(tmp_path / "people.csv")
    with pytest.raises(ReadError, match="is a directory"):
        read(tmp_path)


def test_wrong_options_are_refused(written):
    path = written("a,b\n1,2\n")
    with pytest.raises(ReadError, match="no encoding"):
        read(path, encoding="utf-9")
    with pytest.raises(ReadError, match="expected one"):
        read(path, delimiter=", ")


# A byte order mark is none of a cell's text where it begins a file, and NUL is refused.
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), max_size=8)


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=5))
def test_whatever_the_csv_module_writes_is_read_back(rows):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *rows])
        assert cells(read(path)) == [[text or None for text in row] for row in rows]
