"""Charts of bars, one for each partner: the values of one period, and what made it grow."""

from __future__ import annotations

import pandas as pd

from traderank.charts.drawn import pick_partners
from traderank.charts.rows import draw_bars
from traderank.charts.telling import hear


def value_bars(
    trade,
    *,
    finding,
    flow=None,
    period=None,
    since=None,
    top=10,
    partners=(),
    language="en",
    note=None,
    sources=None,
):
    """Draw the values of trade with the largest partner countries in one period.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        The tidy table; `value` in whole units of one currency, drawn in thousands,
        millions or billions. A bar whose value is missing is said to be not reported.
    finding, flow, partners, language, note, sources
        As for `rank_lines`.
    period : str or int, optional
        In SDMX form, such as 2023; the last of the table if not given.
    since : str or int, optional
        An earlier period of the same length, whose values are marked on the bars.
    top : int
        How many partners are drawn: those with the largest values in that period.

    Returns
    -------
    Chart
        The largest on top. Bars are hollow where they are preliminary, or of a part of a
        year when the table has years too.

    Raises
    ------
    Refused
        As `rank_lines`; and if a period is not in the table, or the two differ in length.

    Examples
    --------
    >>> from traderank import add_turnover, load_trade, value_bars
    >>> trade = add_turnover(load_trade("KAZ"))
    >>> chart = value_bars(trade, flow="turnover", period=2023, finding="China was first", top=3)
    >>> dict(zip(chart.data["label"], (chart.data["value"] / 1e9).round(1)))
    {'China': 30.1, 'Russia': 27.1, 'Italy': 16.1}
    """
    said = hear(finding, language, note, sources)
    periods = [period] if since is None else [since, period]
    drawn = pick_partners(
        trade, "value", said.words, flow=flow, top=top, partners=partners, periods=periods
    )
    return draw_bars("value_bars", drawn, said)


def contribution_bars(
    trade,
    *,
    finding,
    flow=None,
    period=None,
    top=10,
    partners=(),
    language="en",
    note=None,
    sources=None,
):
    """Draw what each partner contributed to the growth of trade, in percentage points.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        The tidy table with the column `contribution`, as `add_contribution` leaves it. A
        partner whose contribution is missing is said to be not reported.
    finding, flow, partners, language, note, sources
        As for `rank_lines`.
    period : str or int, optional
        In SDMX form, such as 2023; the last of the table if not given. Growth is on the
        same period of the year before.
    top : int
        How many partners are drawn: those with the largest contributions, up or down.

    Returns
    -------
    Chart
        Growth on top, then decline; below it all others together (the total less the
        partners drawn) and the total, if it is in the table.

    Raises
    ------
    Refused
        As `rank_lines`, of the column `contribution`; and if the period is not in the table.

    Examples
    --------
    >>> from traderank import add_contribution, contribution_bars, load_trade
    >>> imports = add_contribution(load_trade("KAZ", flow="import"))
    >>> chart = contribution_bars(imports, period=2023, finding="China made imports grow", top=3)
    >>> dict(zip(chart.data["label"], chart.data["contribution"].round(1)))
    {'China': 8.3, 'Germany': 1.6, 'Russia': -2.0, 'All others': 10.7, 'Total': 18.6}
    """
    said = hear(finding, language, note, sources)
    drawn = pick_partners(
        trade, "contribution", said.words, flow=flow, top=top, partners=partners, periods=[period]
    )
    return draw_bars("contribution_bars", _with_rest(drawn, said.words), said)


def _with_rest(drawn, words):
    """Add the total, and what is left of it when the partners drawn are taken away."""
    whole = drawn.whole
    total = whole[(whole["partner"] == "WLD") & (whole["period"] == drawn.periods[-1])]
    total = total.dropna(subset=["contribution"]).assign(panel="")
    if total.empty:
        return drawn
    left = total["contribution"] - drawn.rows["contribution"].sum()
    rest = total.assign(contribution=left, series="REST", label=words.say("rest"))
    rest[["partner", "partner_name", "kind", "value", "sheet", "cell"]] = None
    total = total.assign(series="WLD", label=words.say("total"))
    return drawn._replace(rows=pd.concat([drawn.rows, rest, total], ignore_index=True))
