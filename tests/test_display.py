"""The one HTML table, and counts with their nouns."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from cpnb.display import Bar, BarPart, Html, RowHeader, Tone, colour, counted, html_badge, html_table, percent, sign


class Tags(HTMLParser):
    """Collects the tags with their attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def count(self, tag: str) -> int:
        return sum(found == tag for found, _ in self.tags)


def test_a_table_has_a_caption_and_header_cells_with_a_scope() -> None:
    seen = Tags(html_table("Two rows", ["name", "count"], [["a", 1], ["b", 2]]))

    assert seen.count("caption") == 1
    assert [attributes["scope"] for tag, attributes in seen.tags if tag == "th"] == ["col", "col"]
    assert (seen.count("tr"), seen.count("td")) == (3, 4)
    assert seen.text == "Two rowsnamecounta1b2"


def sides(html: str, tag: str) -> list[str]:
    """Return on which side the cells of a kind are aligned, in order."""
    return [
        re.findall(r"text-align:(\w+)", attributes["style"] or "")[0]
        for found, attributes in Tags(html).tags
        if found == tag
    ]


def test_columns_of_numbers_stand_to_the_right_with_their_headers() -> None:
    rows = [["spring", 1, "1,234", "", "5.0 %", "7"], ["2026", 20, "-5", "3", "100 %", "no"]]

    html = html_table("c", ["text", "number", "count", "gap", "share", "mixed", "without cells"], rows)

    assert sides(html, "th") == ["left", "right", "right", "right", "right", "left", "left"]
    assert sides(html, "td") == ["left", "right", "right", "right", "right", "left"] * 2


def test_what_only_looks_like_a_number_stands_to_the_left() -> None:
    html = html_table("c", ["name", "html", "phone", "date"], [[RowHeader("7"), Html("8"), "+1 206", "2026-11-24"]])

    assert set(sides(html, "th") + sides(html, "td")) == {"left"}
    assert sides(html_table("c", ["a", "b"], []), "th") == ["left", "left"]


def test_cells_do_not_touch_each_other_on_pages_without_styles() -> None:
    cells = [
        attributes
        for tag, attributes in Tags(html_table("c", ["h"], [["x", RowHeader("y")]])).tags
        if tag in {"th", "td"}
    ]

    assert len(cells) == 3
    assert all("padding:.2em .6em" in (attributes["style"] or "") for attributes in cells)


def test_everything_that_is_shown_is_escaped() -> None:
    evil = '<img src=x onerror="alert(1)">&'

    seen = Tags(html_table(evil, [evil], [[evil]], note=evil))

    assert seen.count("img") == 0
    assert seen.text == evil * 4


def test_a_note_follows_the_table_and_is_left_out_if_there_is_none() -> None:
    assert html_table("c", ["h"], [], note="More.").endswith("</table><p>More.</p>")
    assert html_table("c", ["h"], []).endswith("</table>")


def test_colours_are_left_to_the_front_end() -> None:
    html = html_table("c", ["h"], [["x"]], note="n")

    assert "color" not in html
    assert "background" not in html


def test_a_cell_can_be_html_already_and_another_can_name_its_row() -> None:
    seen = Tags(html_table("c", ["h"], [[RowHeader("<i>"), Html("<b>bold</b>")]]))

    assert [attributes["scope"] for tag, attributes in seen.tags if tag == "th"] == ["col", "row"]
    assert seen.text == "ch<i>bold"


BAR = Bar((BarPart("bad", 1, Tone.ERROR), BarPart("<good>", 98, Tone.FINE), BarPart("gone", 1, Tone.EMPTY)))


def test_a_bar_says_itself_in_words() -> None:
    assert BAR.label == "1.0 % bad, 98.0 % <good>, 1.0 % gone"
    (_, outside), *inside = Tags(BAR.html()).tags
    assert (outside["role"], outside["aria-label"]) == ("img", BAR.label)
    assert ["1.0%" in str(part["style"]) for _, part in inside] == [True, False]  # what is empty is not painted


def test_no_part_of_a_bar_is_too_small_to_be_seen() -> None:
    assert BAR.text() == "x████████·"
    assert Bar((BarPart("a", 1, Tone.FINE), BarPart("b", 1, Tone.WARNING))).text(4) == "██▒▒"
    assert "min-width:2px" in BAR.html()


def test_a_bar_of_nothing_is_empty() -> None:
    nothing = Bar((BarPart("bad", 0, Tone.ERROR),))

    assert (nothing.text(3), nothing.label) == ("···", "")
    assert 'aria-label="nothing to show"' in nothing.html()


def test_only_all_is_100_percent_and_only_none_is_0() -> None:
    assert [percent(count, 10_000) for count in (0, 1, 25, 9_999, 10_000)] == [
        "0 %",
        "<0.1 %",
        "0.2 %",
        ">99.9 %",
        "100 %",
    ]
    assert percent(0, 0) == "0 %"


def test_one_is_singular_and_all_other_counts_are_plural() -> None:
    assert [counted(number, "row") for number in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]


def test_thousands_are_separated() -> None:
    assert counted(1_234_567, "row") == "1,234,567 rows"


def test_a_plural_of_its_own_is_used() -> None:
    assert counted(2, "entry", "entries") == "2 entries"
    assert counted(1, "entry", "entries") == "1 entry"


def test_a_badge_says_in_words_what_its_colour_does() -> None:
    badge = html_badge(Tone.BUSY, "IN <PROGRESS>")

    assert Tags(badge).text.strip() == "IN <PROGRESS>"
    assert colour(Tone.BUSY) in badge


def test_every_tone_has_a_colour_and_a_sign_of_its_own() -> None:
    assert len({colour(tone) for tone in Tone}) == len({sign(tone) for tone in Tone}) == len(Tone)
