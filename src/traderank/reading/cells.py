"""What each cell says: a partner, a flow, a period, a unit, a measure, a number, a mark.

The words are data (``words.toml``); partners are the allow-list (``partners.csv``). Texts
are read one by one, without regard to where they stand: that is the next module's work.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

from traderank import partners


class Period(NamedTuple):
    """A span of time within one calendar year, in months."""

    year: int
    months: int = 12
    first: int = 1

    @property
    def last(self):
        """The last month of the span."""
        return self.first + self.months - 1

    def __str__(self):
        """Write the period as SDMX does: 2023, 2023-M01, 2023-Q1, 2023-S1, 2025-01-01/P10M."""
        if self.months == 12:
            return str(self.year)
        names = {1: ("M", "02d"), 3: ("Q", "d"), 6: ("S", "d")}
        if self.months in names and (self.first - 1) % self.months == 0:
            letter, form = names[self.months]
            return f"{self.year}-{letter}{(self.first - 1) // self.months + 1:{form}}"
        return f"{self.year}-{self.first:02d}-01/P{self.months}M"


@lru_cache(maxsize=65536)
def one_line(text):
    r"""Return a text on one line, its words parted by single spaces.

    >>> one_line(" Всего\nв том  числе ")
    'Всего в том числе'
    """
    return " ".join(text.split())


class Unit(NamedTuple):
    """What one printed 1 is worth: `scale` whole units of `currency`."""

    scale: int
    currency: str

    def __str__(self):
        scale = {1: "", 10**3: "thousand ", 10**6: "million ", 10**9: "billion "}[self.scale]
        return f"{scale}{self.currency}"


class Says(NamedTuple):
    """All that one text says about the numbers near it. What it does not say is empty."""

    flow: str | None = None
    measure: str | None = None
    periods: tuple = ()
    unit: Unit | None = None
    status: str | None = None
    other: str | None = None
    months_named: bool = False


@cache
def _words():
    text = resources.files("traderank.reading").joinpath("words.toml").read_text("utf-8")
    tables = tomllib.loads(text)
    return {
        table: [(meaning, _pattern(words)) for meaning, words in meanings.items()]
        for table, meanings in tables.items()
        if table != "marks"
    } | {"marks": tables["marks"]}


def _pattern(words):
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + ")")


def _meanings(table, text):
    return [meaning for meaning, pattern in _words()[table] if pattern.search(text)]


@lru_cache(maxsize=65536)
def says(text):
    """Read one text.

    A text that names both flows («экспорт и импорт») says neither.

    >>> says("удельный вес страны в общем объеме экспорта, %")
    Says(flow='export', measure='share', periods=(), unit=None, status=None, other=None,
         months_named=False)
    >>> says("за январь-декабрь 2019 года").periods
    (Period(year=2019, months=12, first=1),)
    >>> says("тыс. долларов США").unit
    Unit(scale=1000, currency='USD')
    """
    low = " ".join(text.casefold().split()) + " "
    flows, measures = _meanings("flow", low), _meanings("measure", low)
    status, other = _meanings("status", low), _meanings("other", low)
    if not measures and "%" in low:
        measures = ["percent"]
    return Says(
        flow=flows[0] if len(flows) == 1 else None,
        measure=measures[0] if measures else None,
        periods=_periods(low),
        unit=_unit(low),
        status=status[0] if len(status) == 1 else None,
        other=other[0] if other else None,
        months_named=bool(
            _meanings("months", low) or _meanings("part", low) or _MONTH_OF_SHEET.match(low)
        ),
    )


def _unit(low):
    currencies, scales = _meanings("currency", low), _meanings("scale", low)
    if not currencies or len(scales) > 1:
        return None
    return Unit(int(scales[0]) if scales else 1, currencies[0])


def read_unit(text):
    """Read a unit given by the caller, as «thousand USD»; None where it says none."""
    return says(text).unit


_YEAR = re.compile(r"(?<![\d.,/])((?:19|20)\d\d)(?![\d/]|[.,]\d)")
_DATE = re.compile(r"\d{1,2}[./]\d{1,2}[./](?:19|20)\d\d")
_MONTH_OF_SHEET = re.compile(r"^(\d{1,2})[_.-]((?:19|20)\d\d) $")


def _periods(low):
    """Find the periods of a text: a span of months before a year, or the year alone."""
    coded = _MONTH_OF_SHEET.match(low)
    if coded and 1 <= int(coded[1]) <= 12:
        return (Period(int(coded[2]), int(coded[1])),)
    found, start = [], 0
    dates = [match.span() for match in _DATE.finditer(low)]
    for match in _YEAR.finditer(low):
        if any(begin <= match.start() < end for begin, end in dates):
            continue
        year = int(match[1])
        found.append(_part(low, year) or _span(low[start : match.start()], year))
        start = match.end()
    return tuple(dict.fromkeys(found))


_COUNTS = {"i": 1, "ii": 2, "iii": 3, "iv": 4} | {str(count): count for count in range(1, 13)}
_COUNT = re.compile(r"(?<![\w.,])(iii|ii|iv|i|1[0-2]|[1-9])(?![\d.,])")

_CODE = re.compile(r"(?<![^\W\d_])([qshm])(\d{1,2})(?!\w)")


def _span(before, year):
    places = sorted(
        (match.start(), int(month))
        for month, pattern in _words()["months"]
        if (match := pattern.search(before))
    )
    months = [month for _, month in places]
    if len(months) == 2 and months[0] < months[1]:
        return Period(year, months[1] - months[0] + 1, months[0])
    return Period(year, 1, months[0]) if len(months) == 1 else Period(year)


def _part(low, year):
    """Read «I квартал 2024», «9 месяцев 2024». A part that cannot be counted has 0 months."""
    for length in map(int, _meanings("part", low)):
        counts = {_COUNTS[count] for count in _COUNT.findall(low)}
        if len(counts) != 1:
            return Period(year, 0)
        count = counts.pop()
        if length == 1:
            return Period(year, count)
        fits = count * length <= 12
        return Period(year, length, (count - 1) * length + 1) if fits else Period(year, 0)
    return _coded(low, year)


def _coded(low, year):
    match = _CODE.search(low)
    if match is None:
        return None
    length, count = {"q": 3, "s": 6, "h": 6, "m": 1}[match[1]], int(match[2])
    fits = 1 <= count <= 12 // length
    return Period(year, length, (count - 1) * length + 1) if fits else Period(year, 0)


def year_of(value):
    """Return the year that a number in a header is, or None.

    >>> year_of(1994.0), year_of(1994.5), year_of("1994")
    (1994, None, None)
    """
    if value.__class__ in (int, float) and value == int(value) and 1900 <= value <= 2100:
        return int(value)
    return None


_WHOLE = r"[1-9]\d{0,2}(?:[ '’]\d{3})+|[1-9]\d*|0"
_NUMBER = re.compile(rf"(?P<whole>{_WHOLE})(?:[.,](?P<part>\d+))?", re.ASCII)


def number(text):
    """Read a number kept as text; None where the text is not surely one number.

    Blanks and apostrophes part thousands; one point or comma parts decimals, unless just
    three digits follow it and some stand before it: 1,234 may be either, and is refused, as
    are two lines in one cell and a zero in front.

    >>> number("1 234,5"), number("12.25"), number("1,234"), number("н/д")
    (1234.5, 12.25, None, None)
    """
    lines = text.strip().splitlines()
    match = _NUMBER.fullmatch(" ".join(lines[0].split())) if len(lines) == 1 else None
    if match is None:
        return None
    whole, part = re.sub(r"\D", "", match["whole"]), match["part"]
    grouped = len(whole) != len(match["whole"])
    if part and len(part) == 3 and not grouped and whole != "0" and len(whole) <= 3:
        return None
    return float(f"{whole}.{part or 0}")


def mark(text):
    """Say what a mark in place of a number means: ``none``, ``unreported``, or None."""
    text = text.strip().casefold()
    for meaning, marks in _words()["marks"].items():
        if text in marks:
            return meaning
    return None


@lru_cache(maxsize=4096)
def countries_in(text):
    """Return the codes of the countries that a title names, in whatever case they stand.

    >>> sorted(countries_in("Основные показатели внешней торговли Республики Казахстан"))
    ['KAZ']
    >>> sorted(countries_in("Торговля Кыргызской Республики с Россией"))
    ['KGZ', 'RUS']
    """
    words = re.findall(r"[\w’'-]+", text)
    runs = (
        " ".join(words[start:end])
        for start in range(len(words))
        for end in range(start + 1, min(start + 5, len(words) + 1))
    )
    found = (partners.find(run) for run in runs)
    named = {partner.code for partner in found if partner and partner.kind == "country"}
    return named.union(_meanings("reporter", " ".join(text.casefold().split()) + " "))
