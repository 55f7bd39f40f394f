"""Numbers kept as text, and the marks that stand in place of a number."""

from __future__ import annotations

import re
from functools import lru_cache

from traderank.reading.grid import NUMBERS
from traderank.reading.words import exact, plain

# Blanks and apostrophes of all kinds part thousands.
_TIDY = str.maketrans(dict.fromkeys("\u00a0\u2009\u202f\u2007", " ") | dict.fromkeys("’ʼ`", "'"))
_UNDER = {
    mark: re.compile(
        rf"(?P<sign>[-−]?)"
        rf"(?P<whole>\d{{1,3}}(?:(?P<gap>[ '{other}])\d{{3}})(?:(?P=gap)\d{{3}})*|\d+)"
        rf"(?:\{mark}(?P<part>\d+))?(?P<exponent>[eE][+-]?\d{{1,2}})?"
    )
    for mark, other in (".,", ",.")
}

#: No number is written with more letters; in longer texts none is looked for.
LONGEST = 60

_NOTE = re.compile(r"(?:\s*(?:\*+|[¹²³⁴⁵⁶⁷⁸⁹⁰†‡]+|\d\)|\([a-zа-я\d]\)|\s[a-zр]))$")


def readings(text):
    """Read a number kept as text in each way it may be meant.

    Parameters
    ----------
    text : str
        As it stands in the cell. Blanks, apostrophes, points or commas part thousands;
        a point or a comma parts decimals.

    Returns
    -------
    dict
        Decimal mark ("." or ",") to the number under it: two entries where the text alone
        does not tell ("1,234"), none where it is no number. A number without either mark
        is the same under both.

    Examples
    --------
    >>> readings("1 234,5"), readings("12.25"), readings("н/д")
    ({',': 1234.5}, {'.': 12.25}, {})
    >>> readings("1,234"), readings("1,234,567.8"), readings("847")
    ({'.': 1234.0, ',': 1.234}, {'.': 1234567.8}, {'.': 847.0, ',': 847.0})
    """
    low = text.strip().translate(_TIDY)
    found = {}
    if len(low) > LONGEST:
        return found
    if low.isdecimal() and low[0] != "0":
        return dict.fromkeys(".,", float(low))
    for mark in ".,":
        value = _under(low, mark)
        if value is not None:
            found[mark] = value
    return found


def _under(low, mark):
    match = _UNDER[mark].fullmatch(low)
    if match is None:
        return None
    whole = match["whole"].replace(match["gap"] or " ", "")
    if len(whole) > 1 and whole[0] == "0":
        return None
    value = float(f"{whole}.{match['part'] or 0}{match['exponent'] or ''}")
    return -value if match["sign"] else value


def without_note(text):
    """Take a footnote's sign off the end of a number's text.

    >>> without_note("1 234,5*"), without_note("2023¹"), without_note("1 234")
    ('1 234,5', '2023', '1 234')
    """
    text = text.strip()
    return _NOTE.sub("", text) if len(text) <= LONGEST else text


_SIGN = re.compile(r"(?:(\*+|[¹²³⁴⁵⁶⁷⁸⁹⁰†‡])|(?<=\d)\s+(\d)|(\d)\)|\((\d)\))\s*$")
_OPENING = re.compile(r"\s*\(?(\*+|[¹²³⁴⁵⁶⁷⁸⁹⁰†‡]|\d)[).\s]")


def footnote(value):
    """Return the sign of a footnote at the end of a header's text, or None.

    >>> footnote("2023*"), footnote("2023 1"), footnote("2023"), footnote("Export¹")
    ('*', '1', None, '¹')
    """
    match = _SIGN.search(value[-LONGEST:]) if value.__class__ is str else None
    return next(filter(None, match.groups()), None) if match else None


def opening(value):
    """Return the sign with which a footnote begins, or None.

    >>> opening("* preliminary"), opening("1 Preliminary data"), opening("Source: office")
    ('*', '1', None)
    """
    match = _OPENING.match(value) if value.__class__ is str else None
    return match[1] if match else None


@lru_cache(maxsize=65536)
def mark(text):
    """Say what a mark in place of a number means, or None.

    >>> mark("–"), mark("…"), mark("x"), mark("conf")
    ('none', 'unreported', 'unreported', 'confidential')
    """
    return exact("marks", plain(text))


@lru_cache(maxsize=65536)
def noted_readings(text):
    """Read a number kept as text as `readings` does, a footnote's sign apart; not to be changed.

    >>> noted_readings("1 234,5*"), noted_readings("China")
    ({',': 1234.5}, {})
    """
    return readings(without_note(text))


def stands_for_number(value):
    """Whether a cell holds a number, or a text or mark that may stand for one.

    >>> stands_for_number(3.5), stands_for_number("1 234,5*"), stands_for_number("–")
    (True, True, True)
    >>> stands_for_number(""), stands_for_number("China")
    (False, False)
    """
    if value.__class__ is str:
        return value != "" and bool(mark(value) or noted_readings(value))
    return value.__class__ in NUMBERS
