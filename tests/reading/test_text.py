import csv
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, strategies as st

from cpnb.errors import ReadError
from cpnb.reading import read
from cpnb.reading.whole_records import Records
from tests.reading.tables import cells


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
        read(path, delimiter=",")


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
        (b"secret,b, secret\n1,2,3\n", "gives columns 1 and 3 the same name. Rename"),
        (b"secret,b,secret,b\n1,2,3,4\n", "columns 1 and 3 the same name, and 1 other name more than once"),
        (b"a,b\n1,2\nsecret\n", "line 3: 1 cell, but the header has 2"),
        (b'a,b\n"x\ny",2\n1,2,secret\n', "line 4: 3 cells"),
        (b"a,b\n1,2\nsecret\0,4\n", "line 3: a NUL"),
        (b'a,b\n1,2\n3,"secret\n5,6\n', "line 3: a quotation mark that is never closed"),
        (b'a,b\n1,2\n3,"secret', "line 3: a quotation mark that is never closed"),
        (b'a,b\n1,2\n"3"secret,4\n', "line 3: a quotation mark that is never closed, or text after a closing one"),
        (b'a,b\n1,2\n""secret,4\n', "line 3: a quotation mark"),
        (b'a,b\n1,2\n5" secret,"3" \n', "line 3: a quotation mark"),
        (b'a,"b' + b"secret\n" * 30_000, "line 1: a quotation mark"),
        (b"1,secret@example.com\n2,x\n", "column 2 of 2"),
        (b"ann,+1 206 555 0100\nbob,x\n", "column 2 of 2"),
    ],
)
def test_a_broken_file_is_refused_with_its_place_and_without_its_values(written, content, message):
    with pytest.raises(ReadError, match=message) as caught:
        read(written(content))
    assert "secret" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a,b\n1,2\nsecr\xe9t,2\n", r"line 3, byte 13 .*cp1252"),
        (b"a,b\r\n1,2\r\nsecr\xc3", r"line 3, byte 15 "),
        (b"\xe9,b\n1,2\n", r"line 1, byte 1 "),
        ("a,b\nsecret,2\n".encode("utf-16"), "encoding='utf-16'"),
    ],
)
def test_what_is_not_in_the_encoding_that_was_said_is_refused(written, content, message):
    with pytest.raises(ReadError, match=message) as caught:
        read(written(content), encoding="utf-8")
    assert "secret" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(("content", "times"), [("a;b\n1;2\n", "once"), ("a;b;c\n1;2;3\n", "2 times")])
def test_another_delimiter_than_the_one_that_was_said_is_named(written, content, times):
    with pytest.raises(ReadError, match=f"contains ';' {times}: read it with delimiter=';'"):
        read(written(content), delimiter=",")


def test_wrong_bytes_in_another_encoding_are_found(written):
    with pytest.raises(ReadError, match="line 2, byte 5 "):
        read(written(b"a,b\n\x81,2\n"), encoding="cp1252")
    with pytest.raises(ReadError, match="byte "):
        read(written("a,b\n1,2\n".encode("utf-16") + b"x"), encoding="utf-16")
    with pytest.raises(ReadError, match="line 3, byte 19 "):
        read(written("a,b\n1,2\n".encode("utf-16") + b"\x00\xd8\n\x00"), encoding="utf-16")


def test_the_place_is_right_far_into_a_large_file(written):
    good = b"a,b\n" + b"1,2\n" * 1_500_000
    with pytest.raises(ReadError, match="line 1500002, byte 6,000,007 "):
        read(written(good + b"x,\xff\n"), encoding="utf-8")
    with pytest.raises(ReadError, match="line 1500002: 3 cells"):
        read(written(good + b"x,y,z\n"))
    with pytest.raises(ReadError, match="line 1500002: a quotation mark"):
        read(written(good + b'"x"y,z\n'))


def test_a_cell_of_20_megabytes_is_read(written):
    long = "x" * 20_000_000
    assert cells(read(written(f'a,b\n1,2\n"{long}",1\n3,4\n'))) == [["1", "2"], [long, "1"], ["3", "4"]]


def test_300_columns_are_read(written):
    names = [f"column_{position}" for position in range(300)]
    frame = read(written(",".join(names) + "\n" + ",".join(map(str, range(300))) + "\n"))
    assert list(frame.columns) == names
    assert cells(frame) == [[str(position) for position in range(300)]]


def test_right_to_left_text_and_emoji_stay(written):
    assert cells(read(written("a,b\nמשה,👩‍👩‍👧\u200f\n"))) == [["משה", "👩‍👩‍👧\u200f"]]


def test_one_column_of_text_that_is_no_table_stays_one_column(written):
    assert cells(read(written('address\n"12 Main St, Springfield"\n""\n\nx\n'))) == [
        ["12 Main St, Springfield"],
        [None],
        ["x"],
    ]


def test_columns_are_of_the_text_type_of_this_pandas(written):
    assert read(written("a,b\nx,\n")).dtypes.tolist() == pd.DataFrame({"a": ["x"], "b": ["x"]}).dtypes.tolist()


def test_a_file_that_changes_while_it_is_read_is_refused(written, monkeypatch):
    path = written("a,b\n1,2\n")
    opened = type(path).open

    def open_and_append(self, *arguments, **keywords):
        stream = opened(self, *arguments, **keywords)
        with opened(self, "ab") as other:
            other.write(b"3,4\n")
        return stream

    monkeypatch.setattr(type(path), "open", open_and_append)
    with pytest.raises(ReadError, match="changed while it was read"):
        read(path)


def test_wrong_options_are_refused(written):
    path = written("a,b\n1,2\n")
    for encoding in ["utf-9", "hex", "rot13", "utf\0", "undefined"]:
        with pytest.raises(ReadError, match="no text encoding"):
            read(path, encoding=encoding)
    for delimiter in [", ", ""]:
        with pytest.raises(ReadError, match="expected one"):
            read(path, delimiter=delimiter)
    for delimiter in ['"', "\n", "§", " "]:
        with pytest.raises(ReadError, match="cannot be a delimiter"):
            read(path, delimiter=delimiter)
    with pytest.raises(ReadError, match="neither of"):
        read(path, quote="x")
    with pytest.raises(ReadError, match="is delimited text, and 'sheet' belongs to Excel workbooks"):
        read(path, sheet="Data")


# A byte order mark is none of a cell's text where it begins a file, and NUL is refused.
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), max_size=8)


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=5))
def test_whatever_the_csv_module_writes_is_read_back(rows):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *rows])
        assert cells(read(path)) == [[text or None for text in row] for row in rows]


def test_a_line_end_in_a_cell_stays_whole_where_arrow_begins_another_block(written):
    filler = "id,note\n" + "1,x\n" * 10_000
    long = "2," + "y" * (2**20 - len(filler) - 7) + "\n"
    content = f'{filler}{long}3,"\r\nz"\n'
    assert content.index("\r\n") == 2**20 - 1

    assert read(written(content))["note"].iloc[-1] == "\r\nz"


def test_a_text_with_all_cells_quoted_is_cut_at_the_ends_of_its_records():
    text = 'a,b\n"1","two\nlines"\n"2","x"\n"3","tw'

    records = Records([text.encode(), b'o"\n"4","y"'], ",", '"')

    assert list(records) == [b'a,b\n"1","two\nlines"\n"2","x"\n', b'"3","two"\n', b'"4","y"']
    assert records.are_clean
