"""A line of a magic, cut into words.

A word ends at a space, unless the space stands between brackets or between quotation marks. So a table may be said by
an expression, as it stands in a cell: ``people[people.country == "US"]``.

Between brackets everything is Python and stays as it was typed. Outside of them a quotation mark opens a text only
where a word begins, or a value after ``=``; both marks are left out then, and what stands between them is taken to the
letter: ``"Customer Id"``, ``--marker campaign="spring 2026"``. Elsewhere it is a letter like any other, as in
``O'Brien``. So are backslashes, as in the path of a file on Windows, and ``$`` and ``#``, which may stand in the name
of a column.
"""

from __future__ import annotations

from dataclasses import dataclass

from IPython.core.error import UsageError

__all__ = ["Line", "Word", "quoted"]

_OPENING, _CLOSING, _MARKS = "([{", ")]}", "\"'"


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a line.

    Attributes
    ----------
    text : str
        The word without the quotation marks around it.
    start : int
        Where it begins in the line, its quotation mark included.
    is_quoted : bool
        Whether it begins with a quotation mark: then it is never an option.
    """

    text: str
    start: int
    is_quoted: bool = False

    @property
    def is_option(self) -> bool:
        """Whether it names an option; ``-5`` is a number."""
        return not self.is_quoted and len(self.text) > 1 and self.text[0] == "-" and not self.text[1].isdigit()


@dataclass(frozen=True, slots=True)
class Line:
    """The words of a line.

    Attributes
    ----------
    words : tuple of Word
        In their order.
    unclosed : str
        The quotation mark or bracket that is still open at the end; empty if none is.
    """

    words: tuple[Word, ...]
    unclosed: str = ""

    @classmethod
    def of(cls, text: str) -> Line:
        """Cut a line into its words."""
        words: list[Word] = []
        at = 0
        unclosed = ""
        while at < len(text) and not unclosed:
            if text[at].isspace():
                at += 1
                continue
            word, at, unclosed = _word(text, at)
            words.append(word)
        return cls(tuple(words), unclosed)

    def checked(self) -> tuple[Word, ...]:
        """Return the words of a line in which everything is closed that was opened."""
        if not self.unclosed:
            return self.words
        kind = "closing bracket" if self.unclosed in _OPENING else "closing quotation mark"
        raise UsageError(
            f"The line has a {self.unclosed} and no {kind} for it. A name that holds one goes between quotation marks "
            "of the other kind."
        )


def _word(text: str, start: int) -> tuple[Word, int, str]:
    """Return the word that begins at a place, where it ends, and what is still open there."""
    letters: list[str] = []
    depth: list[str] = []
    at = start
    while at < len(text) and (depth or not text[at].isspace()):
        letter = text[at]
        opens_text = bool(depth) or at == start or text[at - 1] == "="
        if letter in _MARKS and opens_text:
            end = _end_of_text(text, at, escapes=bool(depth))
            letters.append(text[at : end + 1] if depth else text[at + 1 : end])
            if end == len(text):
                return Word("".join(letters), start, text[start] in _MARKS), end, letter
            at = end
        else:
            letters.append(letter)
            if letter in _OPENING:
                depth.append(letter)
            elif letter in _CLOSING and depth:
                depth.pop()
        at += 1
    return Word("".join(letters), start, text[start] in _MARKS), at, depth[-1] if depth else ""


def _end_of_text(text: str, start: int, *, escapes: bool) -> int:
    """Return where the text ends that a quotation mark opens: the place of the other mark, or the end of the line."""
    at = start + 1
    while at < len(text) and text[at] != text[start]:
        at += 2 if escapes and text[at] == "\\" else 1
    return min(at, len(text))


def quoted(text: str) -> str:
    """Return a text as one word of a line, between quotation marks where it needs them.

    Examples
    --------
    >>> print(quoted("customer_id"), quoted("Customer Id"), quoted('Screen 5"'))
    customer_id "Customer Id" 'Screen 5"'
    """
    line = Line.of(text)
    if [(word.text, word.is_quoted, word.is_option) for word in line.words] == [
        (text, False, False)
    ] and not line.unclosed:
        return text
    mark = "'" if '"' in text else '"'
    return f"{mark}{text}{mark}"
