"""Encoding, delimiter and quotation mark, found out and told."""

import logging
import random

import pytest

from cpnb.errors import ReadError
from cpnb.reading import read, scan
from tests.reading.tables import read_and_told

NAMES = {
    "cp1252": "name,city\nJürgen Müller,Köln\nFrançois Lefèvre,Besançon\nJosé Muñoz,Málaga\n",
    "cp1250": "name,city\nŁukasz Wiśniewski,Łódź\nKrzysztof Wójcik,Poznań\nMałgorzata Dąbrowska,Gdańsk\n",
    "cp1251": "name,city\nИван Иванов,Москва\nПётр Сергеев,Казань\nМария Кузнецова,Новосибирск\n",
    "cp932": "name,city\n山田太郎,東京都千代田区\n鈴木花子,大阪府大阪市\n佐藤一郎,北海道札幌市\n",
}


def last_row_and_told(path, **said):
    """Return the first two cells of the last row, and what was told."""
    frame, told = read_and_told(path, **said)
    return list(frame.iloc[-1])[:2], told


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\xef\xbb\xbf\xef\xbb\xbf"])
def test_utf_8_and_commas_are_not_worth_a_word(written, mark):
    path = written(mark + "name,city\nJürgen,Köln\n".encode())
    assert last_row_and_told(path) == (["Jürgen", "Köln"], "")
    assert list(read(path).columns) == ["name", "city"]


@pytest.mark.parametrize(
    ("content", "encoding", "how"),
    [
        ("\ufeffname,city\nJürgen,Köln\n".encode("utf-16-le"), "utf-16", "byte order mark"),
        ("\ufeffname,city\nJürgen,Köln\n".encode("utf-16-be"), "utf-16", "byte order mark"),
        ("\ufeffname,city\nJürgen,Köln\n".encode("utf-32-le"), "utf-32", "byte order mark"),
        ("name,city\nJürgen,Köln\n".encode("utf-16-le"), "utf-16-le", "zero bytes"),
        ("name,city\nJürgen,Köln\n".encode("utf-16-be"), "utf-16-be", "zero bytes"),
    ],
)
def test_wide_encodings_are_told_by_exact_rules(written, content, encoding, how):
    path = written(content)
    cells, told = last_row_and_told(path)
    assert cells == ["Jürgen", "Köln"]
    assert f"encoding={encoding!r}" in told
    assert how in told
    assert last_row_and_told(path, encoding=encoding) == (["Jürgen", "Köln"], "")


def test_utf_16_without_a_mark_is_told_where_hardly_a_character_is_latin(written):
    rows = "张伟王芳李娜,北京市朝阳区建国路\n" * 50
    assert last_row_and_told(written(f"姓名,地址\n{rows}".encode("utf-16-le")))[0] == [
        "张伟王芳李娜",
        "北京市朝阳区建国路",
    ]


@pytest.mark.parametrize("encoding", list(NAMES))
def test_older_encodings_are_guessed_and_told(written, encoding):
    path = written(NAMES[encoding].encode(encoding))
    last = NAMES[encoding].splitlines()[-1].split(",")
    cells, told = last_row_and_told(path)
    assert cells == last
    assert "'people.csv' was read with encoding=" in told
    assert f"To say so yourself: cpnb.read(..., encoding={encoding!r})." in told
    assert last_row_and_told(path, encoding=encoding) == (last, "")
    assert scan(path).encoding == encoding


def cities(rows):
    return [row.split(",")[1] for row in rows.splitlines()[1:]]


# Names and towns with the letters by which encodings differ; "Kőszeg" and "Bődi" are no names in Western Europe.
CENTRAL_EUROPE = {
    "Polish": "name,city\nAgnieszka Dąbrowska,Kraków\nPaweł Kamiński,Łódź\nMichał Zieliński,Gdańsk\n",
    "Czech": "name,city\nJiří Novák,Plzeň\nKateřina Růžičková,Třebíč\nTomáš Dvořák,Žďár\n",
    "Slovak": "name,city\nĽubomír Šťastný,Trenčín\nMatúš Ďurica,Žilina\nJán Kováč,Košice\n",
    "Hungarian": "name,city\nSzőke Béla,Győr\nBődi Péter,Székesfehérvár\nSzűcs Ernő,Kőszeg\n",
    "Croatian": "name,city\nNikša Jurić,Šibenik\nRužica Šimić,Požega\nŽeljko Đaković,Čakovec\n",
    "Romanian": "name,city\nŞtefan Niţă,Timişoara\nMihăiţă Stănescu,Braşov\nRăzvan Muşat,Constanţa\n",
}


@pytest.mark.parametrize("encoding", ["cp1250", "iso8859_2"])
@pytest.mark.parametrize("language", list(CENTRAL_EUROPE))
def test_names_of_central_europe_are_read_in_either_of_their_encodings(written, language, encoding):
    rows = CENTRAL_EUROPE[language]

    assert list(read_and_told(written(rows.encode(encoding)))[0]["city"]) == cities(rows)


SEVERAL = {
    "cp1252": "François Lefèvre,Besançon\nJürgen Groß,Köln\nJosé Muñoz,Málaga\nHélène Noël,Nîmes\nAna Peña,León\n",
    "cp1250": "Paweł Kamiński,Łódź\nJürgen Groß,Köln\nKatarzyna Wójcik,Gdańsk\n",
    "cp1254": "Ayşe Yılmaz,İstanbul\nGülşah Öztürk,Iğdır\nJörg Weiß,Köln\n",
    "cp1257": "Rūta Žukauskienė,Šiauliai\nJonas Kazlauskas,Klaipėda\n",
    "mac_roman": "Jürgen Groß,Köln\nHélène Lefèvre,Nîmes\n",
}


@pytest.mark.parametrize("encoding", list(SEVERAL))
def test_names_of_several_languages_decide_together(written, encoding):
    rows = f"name,city\n{SEVERAL[encoding]}"

    frame, told = read_and_told(written(rows.encode(encoding)))

    assert list(frame["city"]) == cities(rows)
    assert f"encoding={encoding!r}" in told


def test_what_would_fit_as_well_and_what_to_do_is_told(written):
    told = last_row_and_told(written("name,x\nSøren,1\n".encode("cp1252")))[1]

    assert "encoding='cp1252' (guessed from the lines that are not ASCII; 'cp1250'" in told
    assert "would fit as well). Look at letters with accents: if they are wrong, name another encoding." in told


def test_what_reads_the_same_in_another_encoding_is_not_told(written):
    assert "would fit" not in last_row_and_told(written("name,x\nMüller,1\nGroß,2\n".encode("cp1252")))[1]


def test_an_older_encoding_is_noticed_far_into_the_file(written):
    path = written(b"name,city\n" + b"Ann,Rome\n" * 150_000 + "Jürgen,Köln\n".encode("cp1252"))
    cells, told = last_row_and_told(path)
    assert cells == ["Jürgen", "Köln"]
    assert "encoding='cp1252'" in told
    assert scan(path).encoding == "cp1252"


def test_a_guess_makes_no_log_of_the_file(written, caplog):
    caplog.set_level(1)
    last_row_and_told(written(NAMES["cp1252"].encode("cp1252")))
    assert [record for record in caplog.records if record.name.startswith("charset_normalizer")] == []
    assert not logging.getLogger("charset_normalizer").disabled


def test_utf_8_with_a_few_damaged_lines_is_not_taken_for_something_else(written):
    content = b"name,city\n" + "Jürgen,Köln\n".encode() * 5 + "secrét,x\n".encode("cp1252")
    with pytest.raises(ReadError, match="UTF-8 in some lines and not in others, first at line 7, byte 85") as caught:
        read(written(content))
    assert "secr" not in str(caught.value)
    assert caught.value.__context__ is None


def test_lone_surrogates_are_named(written):
    with pytest.raises(ReadError, match=r"halves of characters .* line 2, byte 5"):
        read(written("a,b\n\ud83d,1\n".encode("utf-8", "surrogatepass")))


def test_what_is_no_text_is_refused(written):
    with pytest.raises(ReadError, match="is no text"):
        read(written(bytes(range(256)) * 10))


def test_bytes_that_no_encoding_knows_are_refused(written):
    noise = bytes(random.Random(7).choices([*range(1, 10), *range(14, 256)], k=5000))
    with pytest.raises(ReadError, match=r"line 2, byte \d+ cannot be decoded.*no other encoding fits"):
        read(written(b"a,b\n" + noise + b"\n"))


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("quoted", [False, True])
def test_delimiters_are_found_and_told(written, delimiter, quoted):
    mark = '"' if quoted else ""
    rows = [["id", "name", "amount"], ["1", "O'Brien, Ann", "1,5"], ["2", "D'Arcy, Bob", "2,75"]]
    path = written("".join(delimiter.join(f"{mark}{cell}{mark}" for cell in row) + "\n" for row in rows))
    cells, told = last_row_and_told(path)
    assert cells == ["2", "D'Arcy, Bob"]
    assert f"was read with delimiter={delimiter!r}" in told
    assert last_row_and_told(path, delimiter=delimiter) == (["2", "D'Arcy, Bob"], "")


def test_both_are_told_in_one_sentence(written):
    told = last_row_and_told(written("name;city\nJürgen;Köln\nBärbel;Düsseldorf\n".encode("cp1252")))[1]
    assert told.endswith("To say so yourself: cpnb.read(..., encoding='cp1252', delimiter=';').")


def test_records_of_one_width_outweigh_what_is_frequent(written):
    path = written('id,note\n1,"a;b;c;d"\n2,"e;f"\n3,"g;h;i"\n')
    assert last_row_and_told(path) == (["3", "g;h;i"], "")


def test_a_ragged_file_keeps_the_delimiter_of_its_header(written):
    with (
        pytest.raises(ReadError, match="line 3: 4 cells, but the header has 3"),
    ):
        read(written("a;b;c\n1;2;3\n1;2;3;4\n"))


def test_addresses_without_quotation_marks_do_not_divide_a_column(written):
    with pytest.raises(ReadError, match="line 2: 2 cells, but the header has 1"):
        read(written("address\n12 Main St, Springfield\n"))


def test_the_line_that_tells_excel_the_delimiter_is_left_out(written):
    path = written("\ufeffsep=;\r\nid;name\r\n1;x\r\n")
    cells, told = last_row_and_told(path)
    assert cells == ["1", "x"]
    assert "told by the first line" in told
    assert last_row_and_told(path, delimiter=";") == (["1", "x"], "")
    with pytest.raises(ReadError, match="line 4: 1 cell"):
        read(written("sep=;\nid;name\n1;x\n2\n"))


def test_apostrophes_are_quotation_marks_where_the_whole_header_has_them(written):
    path = written("'id','name'\n'1','O''Brien, \"Ann\"'\n")
    cells, told = last_row_and_told(path)
    assert cells == ["1", 'O\'Brien, "Ann"']
    assert 'cpnb.read(..., quote="\'")' in told
    assert last_row_and_told(path, quote="'")[1] == ""
    assert last_row_and_told(written("id,name\n'007,'Ann'\n"))[0] == ["'007", "'Ann'"]


def test_faults_are_placed_in_every_encoding_and_delimiter(written):
    for encoding in ["utf-16", "cp1252", "utf-8"]:
        for content, message in [
            ("a;b\n1;2\nü\n", "line 3: 1 cell"),
            ('a;b\n1;2\n"ü"x;1\n', "line 3: a quotation mark"),
            ('a;b\n1;2\n"ü;1\n', "line 3: a quotation mark"),
            ("a;b\n1;2\nü\0;1\n", "line 3: a NUL"),
        ]:
            with pytest.raises(ReadError, match=message):
                read(written(content.encode(encoding)), encoding=encoding, delimiter=";")


def test_a_header_in_quotation_marks_that_never_close_is_placed(written):
    with pytest.raises(ReadError, match="line 2: a quotation mark"):
        read(written('\n"a,b\n1,2\n'))


def test_a_header_that_goes_on_and_on_is_refused(written):
    with pytest.raises(ReadError, match="one name has more than 131,072 characters"):
        read(written("a" * 200_000 + ",b\n1,2\n"))
    with pytest.raises(ReadError, match="no header that ends within its first"):
        read(written("ab," * 400_000 + "\n1,2\n"))


def test_a_scan_says_how_each_thing_was_found(written):
    path = written("name;city\n" + "Jürgen;Köln\n" * 300)
    found = scan(path)
    assert (found.kind, found.encoding, found.delimiter, found.quote) == ("csv", "utf-8", ";", '"')
    assert (found.column_count, found.row_count, found.sheets, found.notes) == (2, 199, (), ())
    assert found.found_by["encoding"] == "it is valid UTF-8"
    assert found.found_by["delimiter"] == "csv.Sniffer, and 200 records of 2 cells each"
    assert found.call == "cpnb.read(..., encoding='utf-8', delimiter=';')"
    assert scan(path, delimiter=";").found_by["delimiter"] == "as you said"


@pytest.mark.parametrize(("rows", "said"), [(5, "rows: 5 (all there are)"), (300, "rows: 199 (the first ones")])
def test_a_scan_says_whether_there_are_more_rows(written, rows, said):
    assert said in str(scan(written("name,city\n" + "Ann,Rome\n" * rows)))


def test_a_scan_shows_itself_and_no_cell(written):
    found = scan(written("na<me;city\nsecret;x\nsecret\n"))
    for shown in [str(found), repr(found), found._repr_html_()]:
        assert "secret" not in shown
    assert "semicolon ';'" in str(found)
    assert "1 row of those looked at with more or fewer cells than the header" in str(found)
    assert found._repr_html_().startswith("<table>")
    with pytest.raises(TypeError):
        found.found_by["kind"] = "x"


def test_a_header_that_looks_like_a_row_is_refused_by_scan_too(written):
    with pytest.raises(ReadError, match="looks like a row") as caught:
        scan(written("1,secret@example.com\n2,x\n"))
    assert "secret" not in str(caught.value)
