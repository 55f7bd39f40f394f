"""How a measure is shown: its axis, its ticks, its numbers."""

from __future__ import annotations

from typing import NamedTuple

from matplotlib.ticker import MaxNLocator

from traderank.charts.words import NO_BREAK

_DECIMALS = {"rank": 0, "hhi": 3, "hhi_normalised": 3}


class Scale(NamedTuple):
    """The axis of a measure.

    Parameters
    ----------
    column : str
        The measure.
    size : float
        What one unit of the axis is in units of the column: 1e9 for billions, 0.01 for
        per cent.
    unit : str
        Its name, where it is a unit of value.
    low, high : float
        The ends of the axis at the bottom and at the top, in its own units.
    ticks : list of float
    """

    column: str
    size: float
    unit: str
    low: float
    high: float
    ticks: list

    def tick(self, value, words):
        """Write a number at the axis."""
        decimals = max(_places(tick) for tick in self.ticks)
        return words.number(value, decimals) + self._sign()

    def figure(self, value, words):
        """Write a figure of the table: "23.6 %", "34.2", "1"."""
        shown = round(value / self.size, 9)
        decimals = _DECIMALS.get(self.column, 0 if shown >= 1000 else 1)
        # What is small is not nothing: as many decimals as show that it is there.
        while shown and not float(f"{shown:.{decimals}f}"):
            decimals += 1
        signed = self.column == "contribution"
        return words.number(shown, decimals, signed=signed) + self._sign()

    def _sign(self):
        return f"{NO_BREAK}%" if self.column == "share" else ""


def rank_scale(lowest):
    """Make an axis of ranks: whole numbers, 1 at the top.

    Parameters
    ----------
    lowest : int
        The rank at the bottom.
    """
    ticks = list(range(1, lowest + 1))
    if lowest > 12:
        step = next(step for step in (5, 10, 20, 50, 100) if lowest / step <= 8)
        ticks = [1, *range(step, lowest + 1, step)]
    return Scale("rank", 1, "", lowest + 0.5, 0.5, ticks)


def zero_scale(column, values, currency, words):
    """Make an axis that starts at zero.

    Parameters
    ----------
    column : str
        The measure.
    values : pandas.Series
        What is drawn, missing left out.
    currency : str or None
        For a value.
    words : Words
        Of the chart's language.
    """
    largest, size, unit = float(values.abs().max()), 1.0, ""
    if column == "share":
        size = 0.01
    elif column == "value":
        size = next((10.0**power for power in (9, 6, 3) if largest >= 10**power), 1.0)
        unit = words.unit(int(size), currency)
    ticks = MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]).tick_values(0, largest / size or 1.0)
    ticks = [float(tick) for tick in ticks if tick <= largest / size * 1.12 or tick <= 0]
    return Scale(column, size, unit, 0.0, max(largest / size * 1.05, ticks[-1], 1e-9), ticks)


def _places(number):
    return len(f"{number:.4f}".rstrip("0").partition(".")[2])
