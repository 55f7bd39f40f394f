"""Where the periods of a table lie on a chart's axis of years, and how they are named."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from traderank.table import Refused

_FORM = re.compile(r"(\d{4})(?:-(?:([MQS])(\d{1,2})|(\d{2})-01/P(\d{1,2})M))?")
_LENGTH = {"M": 1, "Q": 3, "S": 6}


class Period(NamedTuple):
    """A span of months within one calendar year."""

    year: int
    first: int
    months: int

    @property
    def start(self):
        """The first month, counted from the year 0, so that periods can be compared."""
        return self.year * 12 + self.first - 1

    @property
    def end(self):
        """The month after the last."""
        return self.start + self.months


def read_period(text):
    """Read a period in the SDMX form that the tidy table has.

    Parameters
    ----------
    text : str
        "2023", "2023-M01", "2023-Q1", "2023-S1" or "2025-01-01/P10M".

    Returns
    -------
    Period

    Raises
    ------
    Refused
        If it is none of these.

    Examples
    --------
    >>> read_period("2025-01-01/P10M")
    Period(year=2025, first=1, months=10)
    >>> read_period("2023-Q2")
    Period(year=2023, first=4, months=3)
    """
    if found := _FORM.fullmatch(str(text)):
        year, letter, number, first, months = found.groups()
        period = Period(int(year), 1, 12)
        if letter:
            length = _LENGTH[letter]
            period = Period(int(year), (int(number) - 1) * length + 1, length)
        elif first:
            period = Period(int(year), int(first), int(months))
        if period.first >= 1 and period.months >= 1 and period.first + period.months <= 13:
            return period
    raise Refused(
        f'"{text}" is not a period that a chart can place',
        "write it as 2023, 2023-M01, 2023-Q1, 2023-S1 or 2025-01-01/P10M",
    )


def place(periods):
    """Give each period its place on the axis of years.

    Parameters
    ----------
    periods : iterable of str
        The periods of a chart, each once.

    Returns
    -------
    dict of str to float
        In order of time. A year lies at its number, and so does a part of it that stands
        alone for it (January-October); months and quarters lie where their middles are,
        with the middle of the year at its number. The beginning of 2022 is at 2021.5.

    Raises
    ------
    Refused
        If two periods overlap, as a year and one of its months.

    Examples
    --------
    >>> place(["2024", "2025-01-01/P10M"])
    {'2024': 2024.0, '2025-01-01/P10M': 2025.0}
    >>> place(["2024-S2", "2024-S1"])
    {'2024-S1': 2023.75, '2024-S2': 2024.25}
    """
    known = sorted((read_period(text), text) for text in periods)
    for (one, text), (other, next_text) in pairwise(known):
        if other.start < one.end:
            raise Refused(
                f"the periods {text} and {next_text} overlap",
                "keep periods that follow each other, such as years, or months",
            )
    whole = _is_yearly([text for _, text in known])
    return {
        text: float(period.year if whole else (period.start + period.months / 2) / 12 - 0.5)
        for period, text in known
    }


def _is_yearly(periods):
    """Say whether each period stands for its year: one in each, from the same month on."""
    known = [read_period(text) for text in periods]
    return len({period.year for period in known}) == len(known) and (
        len({period.first for period in known}) == 1
    )


def stretches(rows, periods):
    """Give each point the number of its unbroken stretch of line: no gap is bridged.

    Parameters
    ----------
    rows : pandas.DataFrame
        The points of all lines, in order of time in each `series`.
    periods : list of str
        All periods of the chart, in order.

    Returns
    -------
    pandas.Series
        Two points of a line are in the same stretch if nothing lies between them: neither
        a period in which this line has no value nor a time in which no line has.
    """
    known, whole = [read_period(text) for text in periods], _is_yearly(periods)
    places, place = {}, 0
    for i, period in enumerate(known):
        if i:
            one = known[i - 1]
            next_to = period.year == one.year + 1 if whole else period.start == one.end
            place += 1 if next_to else 2
        places[periods[i]] = place
    steps = rows["period"].map(places).groupby(rows["series"], sort=False).diff()
    return (steps != 1).cumsum()


def name(text, words):
    """Name one period: "2023", "January–October 2025"."""
    period = read_period(text)
    if period.months == 12:
        return f"{period.year}"
    return words.say("months", months=words.months(period), year=period.year)


def name_span(periods, words):
    """Name what periods a chart covers: "2018–2025", and which are only parts of a year.

    Parameters
    ----------
    periods : sequence of str
        In order of time.
    words : Words
        Of the chart's language.

    Returns
    -------
    str
        "2018–2025"; "2018–2025 (January–October)" where each year has only these months;
        "2018–2025 (2025: January–October)" where one does; "2019 (January) – 2024
        (August)" for months.
    """
    known = [read_period(text) for text in periods]
    first, last = known[0], known[-1]
    years = f"{first.year}" if first.year == last.year else f"{first.year}–{last.year}"
    parts = [period for period in known if period.months < 12]
    if not parts:
        return years
    if len({period[1:] for period in known}) == 1:
        return f"{years} ({words.months(first)})"
    if len({period.months for period in known}) == 1:
        return f"{name(periods[0], words)} – {name(periods[-1], words)}"
    said = "; ".join(f"{period.year}: {words.months(period)}" for period in parts)
    return f"{years} ({said})"


def join_years(periods, words):
    """List periods with runs of whole years joined: "2018–2021, 2023"."""
    runs = []
    for text in periods:
        year, _, months = read_period(text)
        before = read_period(runs[-1][-1]) if runs else None
        if before and months == before.months == 12 and year == before.year + 1:
            runs[-1].append(text)
        else:
            runs.append([text])
    return ", ".join(
        name(run[0], words) if len(run) == 1 else name_span([run[0], run[-1]], words)
        for run in runs
    )
