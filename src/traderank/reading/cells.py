"""What each cell says: a flow, a period, a unit, a measure, a number, a mark.

Texts are read one by one, without regard to where they stand: that is ``layout``'s work.
The words are data (``words.toml``); partners are the allow-list (``partners.csv``).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from traderank import partners
from traderank.reading import words
from traderank.reading.periods import SPAN, Period, Times, month_of, times_of, year_of


@lru_cache(maxsize=65536)
def one_line(text):
    r"""Return a text on one line, its words parted by single spaces.

    >>> one_line(" Всего\nв том  числе ")
    'Всего в том числе'
    """
    return " ".join(text.split())


#: Letters of a text that are read.
LONGEST = 2000


#: The scale of a unit with a word beside it that is not known: «xyz USD».
UNKNOWN_SCALE = 0


class Unit(NamedTuple):
    """What one printed 1 is worth: `scale` whole units of `currency`."""

    scale: int
    currency: str

    def __str__(self):
        names = {1: "", 10**3: "thousand ", 10**4: "10 thousand ", 10**5: "100 thousand "}
        names |= {10**6: "million ", 10**8: "100 million ", 10**9: "billion "}
        names |= {10**12: "trillion ", UNKNOWN_SCALE: "an unknown number of "}
        return f"{names[self.scale]}{self.currency}"


class Says(NamedTuple):
    """All that one text says about the numbers near it. What it does not say is empty."""

    flow: str | None = None
    measure: str | None = None
    periods: tuple = ()
    part: tuple | None = None
    unit: Unit | None = None
    scale: int | None = None
    status: str | None = None
    other: str | None = None
    total: bool = False
    trade: bool = False
    partial: bool = False
    months_named: bool = False

    @property
    def of_numbers(self):
        """Whether it says what kind of numbers stand near it, and when."""
        return bool(self.flow or self.measure or self.periods or self.part or self.unit)


#: A year with a footnote's sign right behind it: 20231).
_NOTED = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=\d\)$)")

#: What parts the languages of one text; a stroke between digits is a date's.
_SEVERAL = re.compile(r" / |(?<!\d)/|/(?!\d)|\n")

NOTHING, NO_TIMES = Says(), Times()


@lru_cache(maxsize=65536)
def says(text):
    """Read one text.

    A text that names both flows («экспорт и импорт») says neither.

    >>> said = says("удельный вес страны в общем объеме экспорта, %")
    >>> said.flow, said.measure
    ('export', 'share')
    >>> says("за январь-декабрь 2019 года").periods
    (Period(year=2019, months=12, first=1, starts=None),)
    >>> says("тыс. долларов США").unit
    Unit(scale=1000, currency='USD')
    """
    # What a title or a header says, it says in its first lines; the rest is a paragraph.
    low = _NOTED.sub(r"\1 ", words.plain(text[:LONGEST]))
    # The M of 2025-01-01/P10M is of no million.
    parts = words.tokens(SPAN.sub(" ", low))
    found = words.hits(parts)
    by = {}
    for hit in found:
        by.setdefault(hit.table, []).append(hit)
    flows = {hit.meaning for hit in by.get("flow", ())}
    measures = [hit.meaning for hit in by.get("measure", ())]
    statuses = {hit.meaning for hit in by.get("status", ())}
    if not measures and "%" in parts:
        measures = ["percent"]
    times = NO_TIMES if "dated" in by else _times_of(text, low, parts, found)
    return Says(
        flow="turnover" if "turnover" in flows else flows.pop() if len(flows) == 1 else None,
        measure=_measure(measures),
        periods=times.periods,
        part=times.part,
        unit=_unit(by, parts),
        scale=_scale(by, parts),
        status=statuses.pop() if len(statuses) == 1 else None,
        other=_other(by),
        total="value" in by,
        trade=bool(flows or "trade" in by),
        partial="partial" in by,
        months_named=times.months_named,
    )


def _times_of(text, low, parts, found):
    """Read the periods of a text; one in several languages, each by itself, if they agree."""
    if SPAN.search(low):
        return times_of(low, [], found)
    times = times_of(low, list(zip(parts, words.places(low), strict=True)), found)
    if len(times.periods) == 1 and not times.periods[0].crosses:
        return times
    several = [part for part in _SEVERAL.split(text) if part.strip()]
    read = map(says, several) if len(several) > 1 else ()
    told = {(said.periods, said.part) for said in read if said.periods or said.part}
    return Times(*told.pop(), True) if len(told) == 1 else times


def _measure(measures):
    # "Growth of the share", "share of weight": the one that is not a share of value wins.
    for measure in ("reexport", "balance", "growth", "weight", "price", "rank", "share"):
        if measure in measures:
            return measure
    return measures[0] if measures else None


def _other(by):
    # A heading of a measure («количество») is not yet another subject.
    return by["other"][0].meaning if "other" in by else None


def _unit(by, parts):
    """Read the one unit that a text names, with the scale that stands beside the currency."""
    named = [_whose(hit, by) for hit in by.get("currency", ())]
    currencies = {hit.meaning for hit in named}
    currencies = currencies - {"$"} or currencies
    if len(currencies) != 1 or "OTHER" in currencies:
        return None
    scales = {scale for hit in named if (scale := _beside(hit, by, parts)) is not None}
    if not scales:
        scales = _scales(by, parts) or {1}
    return Unit(scales.pop(), currencies.pop()) if len(scales) == 1 else None


def _whose(hit, by):
    """Join dollars with the word beside them that says whose they are."""
    if hit.meaning == "$":
        for whose in by.get("whose", ()):
            if -2 <= whose.start - hit.end <= 1 or -1 <= hit.start - whose.end <= 1:
                start, end = min(hit.start, whose.start), max(hit.end, whose.end)
                return hit._replace(meaning=whose.meaning, start=start, end=end)
    return hit


def _beside(hit, by, parts):
    """Return the scale before or after a currency; `UNKNOWN_SCALE` where a word is not known."""
    fillers = {at for other in by.get("filler", ()) for at in range(other.start, other.end)}
    before, after = hit.start, hit.end
    while before and (before - 1 in fillers or parts[before - 1] in "(-,"):
        before -= 1
    while after < len(parts) and (after in fillers or parts[after] in "(-,'"):
        after += 1
    for scale in by.get("scale", ()):
        if before <= scale.end <= hit.start or hit.end <= scale.start <= after:
            return _times(scale, parts)
    known = {at for hits in by.values() for other in hits for at in range(other.start, other.end)}
    near = [
        parts[at] for at in (hit.start - 1, hit.end) if 0 <= at < len(parts) and at not in known
    ]
    # A Chinese sign alone is no word.
    return (
        UNKNOWN_SCALE
        if any(w[0].isalpha() and not "\u3400" <= w[0] <= "\u9fff" for w in near)
        else None
    )


def _scale(by, parts):
    """Return a scale that stands without a currency, in letters or alone."""
    if "currency" in by or "measure" in by:
        return None
    scales = {
        _times(hit, parts)
        for hit in by.get("scale", ())
        if len(parts[hit.start]) > 1 and (parts[hit.start].isalpha() or len(parts) <= 3)
    }
    return scales.pop() if len(scales) == 1 else None


def _scales(by, parts):
    return {_times(hit, parts) for hit in by.get("scale", ())}


def _times(scale, parts):
    """Return what a scale is; «100 тыс.» is 100,000."""
    before = parts[scale.start - 1] if scale.start else ""
    return int(scale.meaning) * (int(before) if before in ("10", "100") else 1)


def of_header(value):
    """Read a cell of a header: a text, or a number that is a year or a month."""
    if value.__class__ is str:
        return says(value)
    year = year_of(value)
    period = Period(year) if year else month_of(value)
    return NOTHING if period is None else NOTHING._replace(periods=(period,))


def read_unit(text):
    """Read a unit given by the caller, as «thousand USD»; None where it says none."""
    unit = says(text).unit
    return None if unit is None or unit.currency == "$" else unit


@lru_cache(maxsize=65536)
def total_in(text):
    """Return the words for a total in the name of one that also names its flow, or "".

    >>> total_in("Экспорт – всего"), total_in("Экспорт в Китай, всего")
    ('всего', '')
    """
    said = says(text)
    parts = words.tokens(words.plain(text)) if said.flow and said.total else ()
    flows = [hit for hit in words.hits(parts) if hit.table == "flow"]
    inside = {at for hit in flows for at in range(hit.start, hit.end)}
    left = " ".join(part for at, part in enumerate(parts) if at not in inside and part.isalpha())
    partner = partners.find(left) if left else None
    return left if partner and partner.code == "WLD" else ""


@lru_cache(maxsize=4096)
def countries_in(text):
    """Return the codes of the countries whose names stand in a text, as whole words.

    >>> sorted(countries_in("Trade of Kazakhstan, by partner"))
    ['KAZ']
    """
    parts = re.findall(r"[\w’'‘ʻ-]+", text[:LONGEST])
    runs = (
        " ".join(parts[start:end])
        for start in range(len(parts))
        for end in range(start + 1, min(start + 5, len(parts) + 1))
    )
    found = (partners.find(run) for run in runs)
    return frozenset(partner.code for partner in found if partner and partner.kind == "country")
