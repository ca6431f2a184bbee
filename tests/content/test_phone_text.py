"""What is left of a text before anybody looks at a country."""

import re
import unicodedata

import pyarrow as pa
import pytest
from phonenumbers import phonenumberutil

from cpnb.content import phone_text
from cpnb.content.phone_number import is_phone


def texts(*values):
    return pa.array(values, pa.large_string())


def digits_of(scanned, row):
    return "".join(map(str, scanned.digits[scanned.begin[row] : scanned.end[row]]))


def test_a_scan_finds_the_digits_of_each_row():
    scanned = phone_text.scan(texts("(206) 555-0100", None, "+49 30", "", "7"))

    assert [digits_of(scanned, row) for row in range(5)] == ["2065550100", "", "4930", "", "7"]
    assert scanned.has_plus.tolist() == [False, False, True, False, False]
    assert scanned.is_plain.tolist() == [True, False, True, False, False]
    assert scanned.is_hopeless.tolist() == [False, True, False, True, True]


def test_an_address_is_no_number_unless_what_is_read_ends_before_the_at():
    cells = {
        "ann2@example.com": True,
        "206 555 0100@home": True,
        "206 555 0100@": False,  # signs at the end are cut off
        "home@206 555 0100": False,  # the number begins after it
        "2065550100/x@home": False,  # the second number is cut off
        "2065550100;ext=1@home": False,
        "2065550100é@home": False,  # for those who know foreign letters
    }

    assert phone_text.scan(texts(*cells)).is_hopeless.tolist() == list(cells.values())
    for cell, is_hopeless in cells.items():
        assert not (is_hopeless and is_phone(cell, "US"))


def test_foreign_text_without_a_digit_of_any_script_is_no_number():
    cells = {
        "Ольга": True,
        "健": True,
        "é 1": False,
        "é+": False,
        "٣٤ ٥": False,
        "\uff11\uff12\uff13": False,
        "é\uff0b": False,
    }

    assert phone_text.scan(texts(*cells)).is_hopeless.tolist() == list(cells.values())


@pytest.mark.parametrize(
    "text",
    [
        "2065550100x",
        "206 555 0100, 12",
        "206~5550100",
        "12",
        "206+5550100",
        "++2065550100",
        "206\t5550100",
        "206\u00a05550100",
    ],
)
def test_what_needs_a_closer_look_is_not_plain(text):
    scanned = phone_text.scan(texts(text))

    assert (scanned.is_plain.tolist(), scanned.is_hopeless.tolist()) == ([False], [False])


@pytest.mark.parametrize("text", ["", "n/a", "Ann", "1", "1" * 251, "ann@example.com", "Flat 7, Main Street"])
def test_what_phonenumbers_never_takes_for_a_number_is_hopeless(text):
    assert phone_text.scan(texts(text)).is_hopeless.tolist() == [True]


def test_a_scan_of_a_slice_sees_the_slice():
    column = texts("+1", "206 555", "030 901", None, "44")

    scanned = phone_text.scan(column.slice(1, 2))

    assert [digits_of(scanned, row) for row in range(2)] == ["206555", "030901"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Tel: 206 555 0100", "2065550100"),
        ("206 555 0100 (home)", "20655501004663"),  # four letters are keys; the bracket is trimmed
        ("206-555-0100 (h)", "2065550100"),
        ("1-800-FLOWERS", "18003569377"),
        ("1-800-flowers", "18003569377"),
        ("a 206 555 0100\n", "2065550100"),
        ("(530) 583-6985 / x2303", "5305836985"),
        ("206 555 0100;isub=12", "2065550100"),
        ("\uff0b\uff14\uff14 20 7946 0018", "+442079460018"),
        ("++44 20 7946 0018", "+442079460018"),
        ("\u0662\u0660\u0666 \u0665\u0665\u0665 \u0660\u0661\u0660\u0660", "2065550100"),
        ("\u202a206\u00a0555\u00a00100\u202c", "2065550100"),
        ("206\u2013555\u20130100", "2065550100"),
        ("T\u00e9l\u00e9phone : 01 42 68 53 00", "0142685300"),
        ("12", "12"),
        ("(12)", "12"),
        ("12/x3 Main Street @ 4", "12"),
        ("206 555 0100 /x Main Street @ 4", "2065550100"),
    ],
)
def test_a_text_is_spelled_out(text, left):
    spelled = phone_text.spelled_out(texts(text))

    assert (spelled.is_viable.tolist(), spelled.is_unclear.tolist()) == ([True], [False])
    kept = spelled.text.to_pylist()[0].replace("-", "")
    assert kept.lstrip("+") == left.lstrip("+")
    assert kept.startswith("+") == left.startswith("+")


def test_the_letters_of_a_short_word_behind_a_number_are_not_keys():
    assert phone_text.spelled_out(texts("206 555 0100 h.")).text.to_pylist()[0].replace("-", "") == "2065550100"


@pytest.mark.parametrize(
    "text",
    [
        "206 555 0100 x12",
        "206 555 0100 ext. 12",
        "206 555 0100;ext=12",
        "206 555 0100 - 12#",
        "206 555 0100,,12",
        "206 555 0100~12",
        "206 555 0100\text\t12",
    ],
)
def test_an_extension_is_cut_off(text):
    spelled = phone_text.spelled_out(texts(text))

    assert spelled.has_extension.tolist() == [True]
    assert spelled.text.to_pylist()[0].replace("-", "") == "2065550100"


@pytest.mark.parametrize(
    "text",
    ["1 2", "+12", "12 Main Street", "2024-01-31T10:00", "ann1234567@example.com", "206 555 0100 \u00e9",
     "206$5550100", "x" * 300,
     "2065550100\u00e4", "12\u00bd", ""],
)  # fmt: skip
def test_what_is_not_viable(text):
    spelled = phone_text.spelled_out(texts(text))

    assert (spelled.is_viable.tolist(), spelled.is_unclear.tolist()) == ([False], [False])


@pytest.mark.parametrize(
    "text",
    [
        "tel:555-0100;phone-context=+1206",
        "206 555 0100 \u0434\u043e\u0431. 12",
        "206 555 0100 \uff58 12",
        "206\uff5e555",
        "1-800-FLOWER\u017f",
        "1-800-\u0663FLOWERS",
        "206\u00a0555\u00a00100 ext 3",
        "206 555\x00 0100 \u00e9",
    ],
)
def test_what_is_left_to_the_reference(text):
    assert phone_text.spelled_out(texts(text)).is_unclear.tolist() == [True]


def test_every_character_is_spelled_as_phonenumbers_takes_it():
    # Of each character of the plane: a digit, a plus, punctuation, or nothing that a number may hold.
    spellings = {}
    for code in range(0x80, 0x11000):
        character = chr(code)
        if unicodedata.category(character) != "Cs":
            spellings[character] = phone_text._SPELLINGS[code]

    for character, spelling in spellings.items():
        if "\0" in spelling or "\1" in spelling:
            continue  # for the reference, at least in doubt
        for frame in ("1{}23", "{}123", "123{}"):
            possible = phonenumberutil._extract_possible_number(frame.format(character))
            ours = phonenumberutil._extract_possible_number(frame.format(spelling))
            assert phonenumberutil._is_viable_phone_number(possible) == phonenumberutil._is_viable_phone_number(ours)
            if phonenumberutil._is_viable_phone_number(possible):
                assert phonenumberutil.normalize_digits_only(possible) == phonenumberutil.normalize_digits_only(ours)
                assert possible.startswith(("+", "\uff0b")) == ours.startswith("+")
    assert {character for character, spelling in spellings.items() if "\1" in spelling} == {
        "\u00a0",
        "\u30fc",
        "\uff0e",
    }
    assert sum("\0" in spelling for spelling in spellings.values()) < 60


def test_the_expressions_are_those_of_the_installed_phonenumbers():
    assert phone_text._IS_KNOWN
    assert phonenumberutil._MAX_INPUT_STRING_LENGTH == phone_text.TEXT_CHARACTERS_MAX
    assert phonenumberutil._VALID_ALPHA_PHONE_PATTERN.pattern == "(?:.*?[A-Za-z]){3}.*"
    assert phonenumberutil._REGEX_FLAGS == re.UNICODE | re.IGNORECASE
    assert phonenumberutil._VALID_PHONE_NUMBER_PATTERN.flags & re.IGNORECASE
