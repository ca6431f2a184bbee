"""Phone numbers to E.164: the number that was meant, or the cell as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc

from cpnb.content import lost_digits, phone_number, two_values
from cpnb.content.cells import mended_where, picked
from cpnb.content.rule import Mask, mask_of
from cpnb.content.text_bytes import TextBytes

ABROAD = "numbers of a float that are valid abroad only"

# The end of what was a float: to phonenumbers the point is a separator, and the zero behind it one more digit.
_POINT_AND_ZEROS = r"\.0*\z"
_FLOAT = r"\A(\+?[1-9][0-9]{7,14})\.0\z"
_DIGITS = r"\A\+?[1-9][0-9]{7,14}\z"
_NATIONAL_DIGITS_OF_PLAN_1 = 10


@dataclass(frozen=True, slots=True)
class Numbers:
    """Phone numbers, and what is known of each.

    Attributes
    ----------
    text : pyarrow.Array
        ``large_string``.
    region : str or pyarrow.Array, optional
        Where numbers without ``+`` are dialled: one region for all, one for each row, or none.
    were_numbers : array of bool
        Cells that are numbers in the table: those have lost a plus or a zero in front, if they had one.
    table_rows : int
        Rows of the whole table.
    """

    text: pa.Array = field(repr=False)
    region: str | pa.Array | None = field(repr=False)
    were_numbers: Mask = field(repr=False)
    table_rows: int = 0

    def only(self, mask: Mask) -> Numbers:
        """Return some of the rows."""
        if mask.all():
            return self
        chosen = pa.array(mask)
        region = self.region.filter(chosen) if isinstance(self.region, pa.Array) else self.region
        return replace(self, text=self.text.filter(chosen), region=region, were_numbers=self.were_numbers[mask])

    def as_e164(self) -> pa.Array:
        """Return E.164 as phonenumbers reads it; null where it is invalid or has an extension."""
        return phone_number.e164(self.text, self.region, table_rows=self.table_rows)

    def as_international(self) -> pa.Array:
        """Return E.164 of the digits read as country code and number; null where that is no number."""
        text = pc.if_else(pc.starts_with(self.text, "+"), self.text, _joined("+", self.text))
        return phone_number.e164(text, None, table_rows=self.table_rows)


def _joined(before: str, text: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(pa.scalar(before, text.type), text, pa.scalar("", text.type))


def _ending_in_point(text: pa.Array) -> Mask:
    mask = TextBytes.of(text).ending_with(b".0")
    if mask.any():
        mask[mask] = mask_of(pc.match_substring_regex(picked(text, mask), _POINT_AND_ZEROS))
    return mask


def _were_digits(numbers: Numbers) -> tuple[Mask, Numbers]:
    """Return which cells were a number for a while, and their digits; the others are none of its concern."""
    mask = numbers.were_numbers | lost_digits.with_exponent(numbers.text) | _ending_in_point(numbers.text)
    damaged = numbers.only(mask)
    if not mask.any():
        return mask, damaged
    digits = pc.replace_substring_regex(lost_digits.written_out(damaged.text), _FLOAT, r"\1")
    nothing = pa.scalar(None, digits.type)
    return mask, replace(damaged, text=pc.if_else(pc.match_substring_regex(digits, _DIGITS), digits, nothing))


def tells(numbers: Numbers) -> Counter[str]:
    """Return how many cells that were a number for a while are a valid number only with a plus in front."""
    damaged, digits = _were_digits(numbers)
    if not damaged.any():
        return Counter()
    abroad = pc.and_(digits.as_e164().is_null(), digits.as_international().is_valid())
    return +Counter({ABROAD: int(mask_of(abroad).sum())})


def in_e164(numbers: Numbers, seen: Mapping[str, int]) -> pa.Array:
    """Return phone numbers in E.164; what is not valid, has an extension, or may be another number stays.

    A cell that was a number for a while has lost its plus, or the zero in front, if it had one. It
    is repaired only if its digits are valid in the region, and read as an international number are
    not, or are the same one. In the numbering plan of +1, where a number has ten digits and no zero
    in front, ten valid digits are enough, unless the column has numbers from abroad.

    Parameters
    ----------
    numbers : Numbers
        The cells.
    seen : mapping of str to int
        What `tells` said of the whole column.
    """
    damaged, digits = _were_digits(numbers)
    sound = ~damaged
    several = two_values.phones(numbers.text)
    sound &= ~several
    # Behind a closing mark, '.0' would be one more digit to phonenumbers.
    sound &= ~mask_of(pc.match_substring_regex(numbers.text, r"[0-9]\.0+[^0-9]+\z"))
    result = mended_where(numbers.text, sound, lambda part: pc.coalesce(numbers.only(sound).as_e164(), part))
    return mended_where(result, damaged, lambda part: pc.coalesce(_meant(digits, seen), part))


def _meant(digits: Numbers, seen: Mapping[str, int]) -> pa.Array:
    """Return the number that the digits mean; null where they may mean two, or none."""
    here, abroad = digits.as_e164(), digits.as_international()
    with_zero = replace(digits, text=_joined("0", digits.text)).as_e164()
    certain = mask_of(here.is_valid()) & (mask_of(abroad.is_null()) | mask_of(pc.equal(here, abroad)))
    # In Italy the zero belongs to the number: 0331 234567 and 331 234567 are two telephones.
    certain &= mask_of(with_zero.is_null()) | mask_of(pc.equal(here, with_zero))
    if not seen.get(ABROAD, 0):
        whole = mask_of(pc.equal(pc.utf8_length(digits.text), _NATIONAL_DIGITS_OF_PLAN_1))
        certain |= mask_of(pc.starts_with(here, "+1")) & whole
    return pc.if_else(pa.array(certain), here, pa.scalar(None, here.type))
