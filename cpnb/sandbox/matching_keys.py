"""How values compare, by content type, as SQL.

Source: Amazon Connect administrator guide, 'how-object-type-mapping-works' (text exact, names and e-mail
addresses ignoring case, repeated spaces in names collapsed, formatting of phone numbers ignored,
numbers by value).
"""

from __future__ import annotations

# Without question marks, which stand for parameters where a value is searched for.
_EXACT_DECIMAL = r"[+-]{0,1}([0-9]{1,29}[.]{0,1}|[0-9]{0,29}[.][0-9]{1,9})([eE][+]{0,1}[0-9]{1,2}){0,1}"

CONTENT_TYPES = ("STRING", "NUMBER", "PHONE_NUMBER", "EMAIL_ADDRESS", "NAME")


def comparable(expression: str, content_type: str) -> str:
    """Return SQL for the form of a value in which equal values are equal text.

    `expression` is SQL for the value as sent; a NULL stays NULL, and a value of nothing but ignorable
    signs becomes the empty string.
    """
    if content_type == "EMAIL_ADDRESS":
        return f"lower(trim({expression}))"
    if content_type == "NAME":
        return rf"lower(trim(regexp_replace({expression}, '\s+', ' ', 'g')))"
    if content_type == "NUMBER":
        # Decimals, not floats: two long account numbers that differ in the last digit must differ here. What
        # the decimals would round stays text, for the same reason.
        text = f"trim({expression})"
        number = f"CASE WHEN regexp_full_match({text}, '{_EXACT_DECIMAL}') THEN TRY_CAST({text} AS DECIMAL(38, 9)) END"
        return f"coalesce(CAST({number} AS VARCHAR), {text})"
    if content_type == "PHONE_NUMBER":
        # The guide's own pairs, '+15551234567' and '(555)-123-4567', are equal: a leading 1 of eleven
        # digits is the country code of North America.
        digits = f"regexp_replace({expression}, '[^0-9]', '', 'g')"
        national = f"regexp_replace({digits}, '^1([0-9]{{10}})$', '\\1')"
        return f"CASE WHEN {digits} = '' THEN trim({expression}) ELSE {national} END"
    return expression
