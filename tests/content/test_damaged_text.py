"""What one cell tells about its damage: hand-written cells, found and repaired, or left as they are."""

import sys
import unicodedata

import ftfy
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings, strategies as st

from cpnb.content import (
    TextColumn,
    invisible_characters,
    lost_digits,
    mojibake,
    normal_form,
    spreadsheet_marks,
    two_values,
)
from cpnb.content.placeholder import placeholder_rule, placeholders
from cpnb.content.text_bytes import TextBytes, pairs_of
from cpnb.content_types import ContentType


def texts(*values):
    return pa.array(values, pa.large_string())


def told(rule, *values):
    """Return for each value the codes of its problems."""
    masks = rule.failing(TextColumn(texts(*values)))
    pairs = [(problem.code, mask) for problem, mask in zip(rule.problems, masks, strict=True)]
    return [{code for code, mask in pairs if mask[row]} for row in range(len(values))]


@pytest.mark.parametrize(
    ("garbled", "meant"),
    [
        ("MÃ¼ller", "Müller"),
        ("Ã‰mile", "Émile"),
        ("FranÃ§ois", "François"),
        ("voilÃ le", "voilà le"),
        ("ÐŸÑ€Ð¸Ð²ÐµÑ‚", "Привет"),
        ("Childrenâ€™s Place", "Children’s Place"),
        ("Children‚Äö√Ñ√¥s Place", "Children’s Place"),
        ("Day¬¨‚Ä†Care", "Day\u00a0Care"),
        ("ä½\x90è—¤", "佐藤"),
    ],
)
def test_mojibake_is_found_and_undone(garbled, meant):
    assert told(mojibake.RULE, garbled, meant) == [{"mojibake"}, set()]
    assert mojibake.undone(texts(garbled, None)).to_pylist() == [meant, None]


@pytest.mark.parametrize(
    "text",
    ["Müller", "José García", "Łukasz Wójcik", "Nguyễn", "Ελένη", "Иван Ёлкин", "Київ", "محمد", "अर्जुन", "佐藤",
     "김민준", "naïve café", "São Paulo", "Ångström", "100 € – “ok”", "👨‍👩‍👧", "Groß-Gerau", "Çağla Öztürk"],
)  # fmt: skip
def test_names_of_the_world_are_no_damage(text):
    for rule in (mojibake.RULE, invisible_characters.RULE, normal_form.RULE, spreadsheet_marks.RULE):
        assert told(rule, text) == [set()]


READINGS = ["latin-1", "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "iso-8859-2", "mac-roman", "cp437"]


@given(
    st.one_of(
        st.text("aeé üñßŁőāçșђЖёїіΑάώş佐藤さ한م’“€–™😀 \u00a0", min_size=1, max_size=8),
        st.text(st.characters(max_codepoint=0x2FFF, exclude_categories=["Cs"]), min_size=1, max_size=6),
    ),
    st.lists(st.sampled_from(READINGS), max_size=2),
)
@settings(max_examples=300)
def test_the_verdict_on_every_text_is_that_of_ftfy(text, readings):
    for encoding in readings:
        text = text.encode().decode(encoding, "ignore")
    expected = ftfy.fix_encoding(text)

    assert mojibake.undone(texts(text)).to_pylist() == [text if "\ufffd" in expected else expected]


def test_letters_that_are_lost_are_told_and_not_invented():
    assert told(mojibake.RULE, "M\ufffdller", "Müller", None) == [{"characters_lost"}, set(), set()]
    assert mojibake.undone(texts("M\ufffdller")).to_pylist() == ["M\ufffdller"]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a\u200bb", "ab"),
        ("\ufeffid", "id"),
        ("co\u00adoperate", "cooperate"),
        ("a\x00b\x08", "ab"),
        ("\u202aann\u202c", "ann"),
        ("\u200eann", "ann"),
        ("ann\u200d", "ann"),
        ("a\u200cb", "ab"),
        ("x\x7f", "x"),
    ],
)
def test_what_cannot_be_seen_is_found_and_taken_out(text, plain):
    assert told(invisible_characters.RULE, text, plain) == [{"invisible_character"}, set()]
    assert invisible_characters.without_invisible(texts(text, None)).to_pylist() == [plain, None]


@pytest.mark.parametrize(
    "text",
    ["می\u200cشود", "क्\u200dष", "👩\u200d💻", "حداد\u200f 12", "שלום \u200e(a)", "line\nbreak\ttab", "PDF\u200cها"],
)
def test_joiners_and_directions_stay_where_a_script_needs_them(text):
    assert told(invisible_characters.RULE, text) == [set()]
    assert invisible_characters.without_invisible(texts(text)).to_pylist() == [text]


@pytest.mark.parametrize("separator", ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f"])
def test_a_separator_that_cannot_be_seen_is_told_inside_of_a_cell_and_stays(separator):
    inside, outside = f"12 Main St{separator}Apt 4", f"12 Main St{separator}"

    assert told(invisible_characters.RULE, inside, outside) == [{"invisible_character"}, set()]
    assert invisible_characters.without_invisible(texts(inside)).to_pylist() == [inside]


def test_special_spaces_between_words_become_plain_ones():
    values = ("New\u00a0York", "12\u202f000", "\u00a0York", "東京\u3000渋谷", "a b", None)

    assert told(invisible_characters.RULE, *values) == [
        {"no_break_space"}, {"no_break_space"}, set(), set(), set(), set(),
    ]  # fmt: skip
    assert invisible_characters.plain_spaces(texts(*values)).to_pylist() == [
        "New York", "12 000", " York", "東京\u3000渋谷", "a b", None,
    ]  # fmt: skip


def test_letter_and_accent_become_one_character():
    values = ("Jose\u0301", "José", "\u1112\u1161\u11ab", "は\u3099", "塚\ufa10e\u0301", None)

    assert told(normal_form.RULE, *values)[:4] == [{"not_composed"}, set(), {"not_composed"}, {"not_composed"}]
    assert normal_form.composed(texts(*values)).to_pylist() == [
        "José", "José", "한", "ば", "塚\ufa10e\u0301", None,
    ]  # fmt: skip


def test_every_character_that_composition_changes_is_looked_at():
    everything = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    changing = [one for one in everything if unicodedata.normalize("NFC", one) != one and one not in COMPATIBILITY]

    assert len(changing) > 50
    composed = normal_form.composed(texts(*changing)).to_pylist()
    assert composed == [unicodedata.normalize("NFC", one) for one in changing]


COMPATIBILITY = {chr(code) for block in ((0xF900, 0xFB00), (0x2F800, 0x2FA20)) for code in range(*block)}


def test_every_mark_that_composes_with_a_letter_is_looked_at():
    marks = [chr(code) for code in range(0x300, sys.maxunicode + 1) if unicodedata.combining(chr(code))]
    pairs = [base + mark for mark in marks for base in ("a", "e", "я", "は", "ا", "က")]
    changing = [pair for pair in pairs if unicodedata.normalize("NFC", pair) != pair]

    assert len(changing) > 30
    composed = normal_form.composed(texts(*changing)).to_pylist()
    assert composed == [unicodedata.normalize("NFC", pair) for pair in changing]


@pytest.mark.parametrize(
    ("marked", "plain"), [("'00123", "00123"), ('="007"', "007"), ("'+12065550100", "+12065550100"), ("'=12", "=12")]
)
def test_a_spreadsheets_mark_is_found_and_taken_away(marked, plain):
    assert told(spreadsheet_marks.RULE, marked) == [{"spreadsheet_mark"}]
    assert spreadsheet_marks.without_marks(texts(marked, None)).to_pylist() == [plain, None]


@pytest.mark.parametrize("text", ["'t Hart", "'47 Brand", "O'Neil", "'quoted'", "=SUM(A1)", "00123", "'"])
def test_other_apostrophes_belong_to_the_text(text):
    assert told(spreadsheet_marks.RULE, text) == [set()]
    assert spreadsheet_marks.without_marks(texts(text)).to_pylist() == [text]


@pytest.mark.parametrize("text", ["1.2E+10", "1.20655501E+10", "5e+09", "1.2345678901234567E+16", "12345678901234500",
                                  "123456789012345000.0", "9107199254740993.0", "12345678901234567.0"])  # fmt: skip
def test_digits_that_are_gone_are_told_and_not_invented(text):
    assert told(lost_digits.RULE, text) == [{"digits_lost"}]
    assert lost_digits.without_point(lost_digits.written_out(texts(text)), {}).to_pylist() == [text]


@pytest.mark.parametrize(
    ("text", "meant"), [("1.2065550100E+10", "12065550100"), ("1.25e+2", "125"), ("-1.5E+1", "-15")]
)
def test_an_exponent_with_all_its_digits_is_written_out(text, meant):
    assert told(lost_digits.RULE, text) == [{"exponent_shaped"}]
    assert lost_digits.written_out(texts(text, None)).to_pylist() == [meant, None]


@pytest.mark.parametrize("text", ["12E5", "5E12", "1E3", "AE+10", "1.25E+1", "1234567890123450", "1001.0", "1.5", "e"])
def test_other_identifiers_have_lost_nothing(text):
    assert told(lost_digits.RULE, text) == [set()]
    assert lost_digits.written_out(texts(text)).to_pylist() == [text]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1001.0", "1001"), ("-7.0", "-7"), ("0.0", "0"), ("8007199254740991.0", "8007199254740991"),
        ("007.0", "007.0"), ("1001.00", "1001.00"), ("1.0.0", "1.0.0"), ("v1.0", "v1.0"),
        ("9907199254740992.0", "9907199254740992.0"),
    ],
)  # fmt: skip
def test_an_identifier_that_was_a_float_is_whole_again(text, meant):
    assert lost_digits.without_point(texts(text, None), {}).to_pylist() == [meant, None]


def test_identifiers_beside_decimals_keep_their_point():
    column = texts("7.0", "7.1", "8")
    seen = lost_digits.tells(column)

    assert seen == {lost_digits.FRACTIONS: 1}
    assert lost_digits.without_point(column, seen).to_pylist() == ["7.0", "7.1", "8"]


def test_two_addresses_in_one_cell():
    values = ("a@example.com; b@example.com", "a@example.com b@example.com", "a@example.com/b@example.com",
              "a@example.com or b@example.com", "a@b@example.com", "a@example.com, n/a@", "a@example.com",
              None)  # fmt: skip

    assert two_values.emails(texts(*values)).tolist() == [True, True, True, True, False, False, False, False]
    assert two_values.first_email(texts(*values)).to_pylist()[:4] == ["a@example.com"] * 4
    assert two_values.first_email(texts(*values)).to_pylist()[4:] == list(values[4:])


def test_two_numbers_in_one_cell():
    values = ("+1 206 555 0100 / +1 206 555 0101", "206-555-0100 or 206-555-0101", "2065550100;2065550101",
              "206-555-0100/01", "206-555-0100 ext 5", "+1 (206) 555-0100", "030 / 901820", None)  # fmt: skip

    assert two_values.phones(texts(*values)).tolist() == [True, True, True, False, False, False, False, False]
    assert two_values.first_phone(texts(*values)).to_pylist()[:2] == ["+1 206 555 0100", "206-555-0100"]


def test_placeholders_are_whole_cells_on_a_short_list():
    values = ("N/A", "n/a", "Unknown", "-", "#REF!", "None of these", "Nan Goldin", "NA", "Brak", None)

    assert placeholders(texts(*values), ContentType.NAME).tolist() == [
        True, True, True, True, True, False, False, False, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content_type", "text", "expected"),
    [
        (ContentType.EMAIL_ADDRESS, "test@test.com", True),
        (ContentType.STRING, "test@test.com", False),
        (ContentType.STRING, "000-00-0000", True),
        (ContentType.STRING, "222-22-2222", False),
        (ContentType.PHONE_NUMBER, "(555) 555-5555", True),
        (ContentType.PHONE_NUMBER, "1234567890", True),
        (ContentType.PHONE_NUMBER, "+12065550100", False),
        (ContentType.NUMBER, "0", False),
    ],
)
def test_what_stands_for_nothing_depends_on_the_content_type(content_type, text, expected):
    (mask,) = placeholder_rule(content_type).failing(TextColumn(texts(text)))

    assert mask.tolist() == [expected]


@pytest.mark.parametrize(
    "column",
    [texts(), texts(None, None), texts("", None), texts("a" * 65536, "é" * 65536), texts("x", None, "\ufeff").slice(2)],
)
def test_columns_of_any_make_are_looked_at(column):
    rules = (mojibake.RULE, invisible_characters.RULE, normal_form.RULE, spreadsheet_marks.RULE, lost_digits.RULE)
    for rule in (*rules, two_values.EMAILS_RULE, two_values.PHONES_RULE, placeholder_rule(ContentType.STRING)):
        for mask in rule.failing(TextColumn(column)):
            assert mask.shape == (len(column),)


@given(
    st.lists(st.one_of(st.none(), st.text(max_size=12), st.text("é–a0", max_size=4)), max_size=20), st.integers(0, 5)
)
@settings(max_examples=100)
def test_the_bytes_of_a_slice_are_those_of_its_cells(values, start):
    column = texts(*[value if value is None else value.encode("utf-8", "ignore").decode() for value in values]).slice(
        start
    )

    found = TextBytes.of(column)

    cells = [b"" if cell is None else cell.encode() for cell in column.to_pylist()]
    assert [bytes(found.data[a:b]) for a, b in zip(found.offsets[:-1], found.offsets[1:], strict=True)] == cells
    assert found.is_ascii == all(cell.isascii() for cell in cells)
    assert found.rows(found.foreign(pairs_of(b"\xc3", b"\xe2\x80"))).tolist() == [
        any(sign.encode()[:1] == b"\xc3" or sign.encode()[:2] == b"\xe2\x80" for sign in cell.decode())
        for cell in cells
    ]
    assert found.starting_with(b"'0").tolist() == [cell[:1] in {b"'", b"0"} for cell in cells]
    assert found.ending_with(b"0").tolist() == [cell[-1:] == b"0" for cell in cells]
    assert np.array_equal(found.lengths, [len(cell) for cell in cells])
