"""The one HTML table, and counts with their nouns."""

from __future__ import annotations

from html.parser import HTMLParser

from cpnb.display import counted, html_table


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


def test_one_is_singular_and_all_other_counts_are_plural() -> None:
    assert [counted(number, "row") for number in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]


def test_thousands_are_separated() -> None:
    assert counted(1_234_567, "row") == "1,234,567 rows"


def test_a_plural_of_its_own_is_used() -> None:
    assert counted(2, "entry", "entries") == "2 entries"
    assert counted(1, "entry", "entries") == "1 entry"
