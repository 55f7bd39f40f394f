"""Periods of time as tables print them: years, months, quarters, parts of a year.

A text becomes a word of letters, one for each token (see `_SIGNS`), and patterns over that
word find the months in it. What stands beside a year must be understood: an unknown word there
may name a month, so that the year is not believed to be a whole one.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from traderank.partners import name_words
from traderank.reading.grid import NUMBERS
from traderank.reading.words import exact

#: What a text says of a part of a year that cannot be counted: no months.
UNKNOWN = 0

#: What a text says of a fiscal year whose months are not printed.
FISCAL = -1


class Period(NamedTuple):
    """A span of whole months. Its `year` is the one it is filed under; it begins in `first`."""

    year: int
    months: int = 12
    first: int = 1
    starts: int | None = None

    def __str__(self):
        """Write the period as SDMX does: 2023, 2023-M01, 2023-Q1, 2023-S1, 2025-01-01/P10M.

        >>> str(Period(2023)), str(Period(2024, 3, 4)), str(Period(2023, 12, 7, 2022))
        ('2023', '2024-Q2', '2022-07-01/P12M')
        """
        start = self.starts or self.year
        if self.months == 12 and self.first == 1:
            return str(start)
        names = {1: ("M", "02d"), 3: ("Q", "d"), 6: ("S", "d")}
        if self.months in names and (self.first - 1) % self.months == 0:
            letter, form = names[self.months]
            return f"{start}-{letter}{(self.first - 1) // self.months + 1:{form}}"
        return f"{start}-{self.first:02d}-01/P{self.months}M"

    @property
    def crosses(self):
        """Whether it lies in more than one calendar year, or nobody can tell."""
        return self.months in (UNKNOWN, FISCAL) or self.first + self.months > 13

    @property
    def span(self):
        """The months it covers, counted from the year 0: from, and to but not including."""
        start = 12 * (self.starts or self.year) + self.first - 1
        return start, start + self.months


class Times(NamedTuple):
    """What a text says of time: periods with their years, or months without: (first, months)."""

    periods: tuple = ()
    part: tuple | None = None
    months_named: bool = False


# No table of trade is of 2050 or later; Nepal's calendar is already there.
_YEAR = re.compile(r"(?<![\d.,])(?<!\d/)(19\d\d|20[0-4]\d)(?=/\1(?!\d)|(?!\d|[.,]\d|/\d))")
_DATE = re.compile(
    r"(?<!\d)(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d|(?:19|20)\d\d[-./]\d{1,2}[-./]\d{1,2})(?!\d)"
    r"|(?:19|20)\d\d年\d{1,2}月\d{1,2}日"
)
_FISCAL = re.compile(r"(?<![\d.,/])((?:19|20)\d\d)\s*([/–-])\s*(\d\d|(?:19|20)\d\d)(?![\d./-])")
#: A month written as a number, with its year: 2023-01, 12_2019, 2023M01.
COUNTED = re.compile(
    r"(?<![\d.,/-])(?:(\d{1,2})[-_./]((?:19|20)\d\d)|((?:19|20)\d\d)[-_./]?m?(0[1-9]|1[0-2]))"
    r"(?![\d./-])"
)

#: A span as SDMX writes it: 2025-01-01/P10M.
SPAN = re.compile(r"(?<!\d)((?:19|20)\d\d)-(0[1-9]|1[0-2])-01/p(1[0-2]|[1-9])m(?!\w)")


def year_of(value):
    """Return the year that a number in a header is, or None.

    >>> year_of(1994.0), year_of(1994.5), year_of("1994")
    (1994, None, None)
    """
    if value.__class__ in NUMBERS and 1900 <= value < 2050 and value == int(value):
        return int(value)
    return None


#: Years of the calendars of Iran, of Islam, of Nepal and of Thailand; Japan's and Taiwan's eras.
_ELSEWHERE = re.compile(
    r"(?<![\d.,/-])(?:1[34]\d\d|20[5-9]\d|2[45]\d\d)(?![.,/-]?\d)|(?<!\d)1[01]\d年|令和|平成|昭和|民国|民國"
)


def of_other_calendar(text):
    """Return what in a text may be a year of another calendar than ours, or None.

    >>> of_other_calendar("Exports in 1402"), of_other_calendar("Exports in 2023")
    ('1402', None)
    """
    match = _ELSEWHERE.search(text)
    return match and match[0]


def month_of(value):
    """Return the period that a number as 202301 is, or None."""
    if value.__class__ in NUMBERS and 190001 <= value <= 210012 and value == int(value):
        year, month = divmod(int(value), 100)
        return Period(year, 1, month) if 1 <= month <= 12 else None
    return None


def times_of(low, tokens, hits):
    """Find what a folded text says of time.

    Parameters
    ----------
    low : str
        The text.
    tokens : list of (text, place)
        Its tokens, and where each begins.
    hits : list of Hit
        The listed words among them.

    Returns
    -------
    Times
        `months` are `UNKNOWN` where a part of a year cannot be told, `FISCAL` where a fiscal
        year does not print its months.
    """
    if span := SPAN.search(low):
        return Times((Period(int(span[1]), int(span[3]), int(span[2])),), None, True)
    fiscal = _FISCAL.search(low)
    follows = fiscal and int(fiscal[1]) + 1 == int(fiscal[1][: 4 - len(fiscal[3])] + fiscal[3])
    if follows and (fiscal[2] == "/" or any(hit.meaning == "fiscal" for hit in hits)):
        return Times((_fiscal(int(fiscal[1]), hits),), None, True)
    # «2003/10 months» is no October.
    worded = any(hit.table in ("months", "part") for hit in hits)
    coded = None if worded or _DATE.search(low) else COUNTED.search(low)
    if coded:
        month, year = (coded[1], coded[2]) if coded[1] else (coded[4], coded[3])
        if 1 <= int(month) <= 12:
            return Times((Period(int(year), 1, int(month)),), None, True)
    elif fiscal and len(fiscal[3]) == 2 and int(fiscal[3]) == (int(fiscal[1]) + 1) % 100:
        return Times((_fiscal(int(fiscal[1]), hits),), None, True)
    return _assembled(*_reduced(*_signs(low, tokens, hits)))


def _fiscal(year, hits):
    """Return a year that ends in the next calendar year; the caller says where it is filed."""
    months = [int(hit.meaning) for hit in hits if hit.table == "months"]
    if len(months) == 2 and months[0] == months[1] + 1:
        return Period(year, 12, months[0], year)
    return Period(year, FISCAL)


# ── a letter for each token ─────────────────────────────────────────────────────────────

#: Y year, N number, O first, second, …, R Roman number, M month by name, U one that may be
#: another word, m month by number, P months, Q quarter, H half-year, F fiscal year, T to, I in,
#: X a span of months, K a word that is known, W one that is not, S another sign. Words that only
#: join others have none.
_SIGNS = {"month": "m", "1": "P", "3": "Q", "6": "H", "fiscal": "F", "to": "T"}
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "ⅰ": 1, "ⅱ": 2, "ⅲ": 3, "ⅳ": 4}
_ROMAN |= {"і": 1, "іі": 2, "ііі": 3, "іv": 4}
_SAID = ("months", "part", "ordinal", "to")


def _signs(low, tokens, hits):
    """Write a text as a word of letters, with the value of each."""
    dates = [match.span() for match in _DATE.finditer(low)]
    years = {match.start() for match in _YEAR.finditer(low)}
    starts = {hit.start: hit for hit in hits if hit.table in _SAID}
    fillers = {
        at: hit.meaning for hit in hits if hit.table == "filler" for at in range(hit.start, hit.end)
    }
    known = {at for hit in hits for at in range(hit.start, hit.end)}
    signs, values, at = "", [], 0
    while at < len(tokens):
        text, place = tokens[at]
        hit, sign, value = starts.get(at), "", None
        if any(begin <= place < end for begin, end in dates):
            sign = "S"
        elif place in years:
            sign, value = "Y", int(text)
        elif code := _code(tokens, at):
            sign, value, at = "X", code, at + 1
        elif hit:
            sign, value, at = *_of_hit(hit, text), hit.end - 1
        elif text.isdecimal():
            sign, value = "N", int(text)
        elif text in _ROMAN:
            sign, value = "R", _ROMAN[text]
        elif text in "-–—~":
            sign = "T"
        elif fillers.get(at) == "in":
            sign = "I"
        elif at not in fillers:
            sign = "S" if not text[0].isalpha() else "K" if at in known or _is_known(text) else "W"
        signs += sign
        values += [value] * len(sign)
        at += 1
    return signs, values


def _of_hit(hit, text):
    if hit.table == "months":
        return "U" if exact("unsure", text) else "M", int(hit.meaning)
    if hit.table == "ordinal":
        return "O", int(hit.meaning)
    return _SIGNS[hit.meaning], None


def _is_known(text):
    # Chinese words are not parted: one of their signs tells nothing.
    return "\u3400" <= text[0] <= "\u9fff" or text in name_words()


def _code(tokens, at):
    """Read a letter and a number that stand together: Q1, 1Q, M05, T1, H2, 9M."""
    if at + 1 == len(tokens):
        return None
    (one, place), (two, after) = tokens[at], tokens[at + 1]
    if place + len(one) != after or not (one.isdecimal() ^ two.isdecimal()):
        return None
    letter, count = (two, one) if one.isdecimal() else (one, two)
    length = exact("code", letter)
    if length is None or len(count) > 2 or not 1 <= int(count) <= 12:
        return None
    # "9M" is nine months, "M9" the ninth
    return (1, int(count)) if length == "1" and one.isdecimal() else _counted(length, count)


def _counted(length, count):
    length, count = int(length), int(count)
    return ((count - 1) * length + 1, length) if 1 <= count <= 12 // length else (1, UNKNOWN)


# ── patterns over the letters ───────────────────────────────────────────────────────────


def _months(first, last):
    return (first, last - first + 1) if first < last else (1, UNKNOWN)


#: A pattern, the letter that takes its place, and what that one is worth.
_PATTERNS = [
    # A day of a month is no period: 25 July 2024; July 25, 2024.
    ("(?:NT)?NMY|MNS?Y", lambda v: ("S", None)),
    ("MYTMY", lambda v: ("Z", _crossing(*v[:2], *v[3:]))),
    ("MTM", lambda v: ("X", _months(v[0], v[2]))),
    ("NTNm|NmTNm", lambda v: ("X", _months(v[0], v[-2]))),
    ("ONT?P", lambda v: ("X", (1, v[1]) if v[0] == 1 and v[1] <= 12 else (1, UNKNOWN))),
    ("[NRO]{2,}T?[QHPm]", lambda v: ("X", (1, UNKNOWN))),
    ("Nm", lambda v: ("X", _counted(1, v[0]))),
    ("NTNP", lambda v: ("X", _months(v[0], v[2]))),
    ("NT?P", lambda v: ("X", (1, v[0]) if v[0] <= 12 else (1, UNKNOWN))),
    ("[NRO]T[NRO]Q", lambda v: ("X", _months(3 * v[0] - 2, 3 * v[2]))),
    ("[NRO]T?Q", lambda v: ("X", _counted(3, v[0]))),
    ("[NRO]T?H", lambda v: ("X", _counted(6, v[0]))),
    ("QT?[NRO]", lambda v: ("X", _counted(3, v[-1]))),
    ("HT?[NRO]", lambda v: ("X", _counted(6, v[-1]))),
    ("[QH]", lambda v: ("X", (1, UNKNOWN))),
    ("M", lambda v: ("X", (v[0], 1))),
    ("m|P", lambda v: ("K", None)),
]


def _crossing(month, year, end, last):
    """Read «July 2022 - June 2023» as one span, if it is of a year at most."""
    length = 12 * (last - year) + end - month + 1
    return Period(year, length, month, year) if 0 < length <= 12 else Period(year, UNKNOWN)


def _reduced(signs, values):
    """Put the letter of what it says in the place of each pattern."""
    # A month that may be another word («may») is one only where time is spoken of.
    if not set(signs) - set("YNSTUM"):
        signs = signs.replace("U", "M")
    signs = re.sub(r"(?<=[YNMT])U|(?<=YS)U|U(?=S?[YNMT])", "M", signs)
    # Elsewhere than right before a year, a word as «in» says nothing.
    kept = [at for at, sign in enumerate(signs) if sign != "I" or signs[at + 1 : at + 2] == "Y"]
    signs, values = "".join(signs[at] for at in kept), [values[at] for at in kept]
    for pattern, make in _PATTERNS:
        while match := re.search(pattern, signs):
            start, end = match.span()
            sign, value = make(values[start:end])
            signs = signs[:start] + sign + signs[end:]
            values[start:end] = [value]
    return signs, values


def _assembled(signs, values):
    """Give each year its months."""
    spans = [value for sign, value in zip(signs, values, strict=True) if sign == "X"]
    periods = [value for sign, value in zip(signs, values, strict=True) if sign == "Z"]
    years = [at for at, sign in enumerate(signs) if sign == "Y"]
    named = bool(spans or periods)
    if "F" in signs and years:
        return Times((Period(values[years[-1]], FISCAL),), None, True)
    if not years and not periods:
        part = spans[0] if len(set(spans)) == 1 else None
        return Times((), part if part and (part[1] or "W" not in signs) else None, named)
    before, told = 0, None
    for place, at in enumerate(years):
        following = years[place + 1] if place + 1 < len(years) else len(signs)
        near = _spans(signs, values, before, at) or _spans(signs, values, at, following)
        if not near and told and signs[before:at] == "T":
            near = told  # «January-June 2022-2023»
        periods.append(_dated(values[at], near, signs, at))
        before, told = at + 1, near
    return Times(tuple(dict.fromkeys(periods)), None, named)


def _spans(signs, values, start, stop):
    return [values[at] for at in range(start, stop) if signs[at] == "X"]


def _dated(year, near, signs, at):
    """Return a year's period; nobody knows what an unknown word beside it may mean."""
    if len(set(near)) == 1:
        first, months = near[0]
        return Period(year, months, first)
    beside = signs[max(at - 1, 0) : at] + signs[at + 1 : at + 2]
    unknown = near or "W" in beside or "U" in signs or signs == "NY"
    return Period(year, UNKNOWN) if unknown else Period(year)
