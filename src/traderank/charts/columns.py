"""Columns of reporting countries, by which of two partners stands higher among theirs."""

from __future__ import annotations

import narwhals as nw
import numpy as np
import pandas as pd

from traderank.charts import page as look
from traderank.charts.chart import Chart
from traderank.charts.periods import name_span, place
from traderank.charts.source import source_text
from traderank.charts.telling import Told, describe, hear
from traderank.checks import as_rows
from traderank.table import Refused
from traderank.world import count_ahead

_HEIGHT, _BAR = 3.4, 0.74
_LABEL = {"fontsize": 11.5, "va": "center_baseline"}
_FIGURE = {"fontsize": 11, "ha": "center", "va": "center_baseline", "color": look.PAPER}


def ahead_columns(pairs, *, finding, language="en", note=None, sources=None):
    """Draw in how many reporting countries each of two partners stands higher, year by year.

    Parameters
    ----------
    pairs : DataFrame (pandas, Polars, DuckDB, Spark)
        What `pair_ranks` leaves, of one flow, product and source.
    finding, language, note, sources
        As for `rank_lines`.

    Returns
    -------
    Chart
        A column is as high as the number of countries that reported that year, so that
        coverage is seen; its parts are counted by `count_ahead`.

    Raises
    ------
    Refused
        If there is no finding, the table is not one that `pair_ranks` left, or it has
        several flows, products or sources.

    Examples
    --------
    >>> from traderank import ahead_columns, load_extract, pair_ranks
    >>> pairs = pair_ranks(load_extract("comtrade", flow="export"), "CHN", "RUS")
    >>> chart = ahead_columns(pairs, finding="China stands higher in four of five countries")
    >>> chart.data.query("year == 2022").set_index("label")["reporters"].to_dict()
    {'China': 68, 'Russia': 16}
    """
    said = hear(finding, language, note, sources)
    whole = _whole(pairs)
    counts = pd.DataFrame(as_rows(nw.from_native(count_ahead(whole), eager_only=True)))
    counts["ahead"] = counts["ahead"].where(counts["ahead"].notna(), None)
    counts = counts.assign(x=counts["period"].map(place(counts["period"].unique())))
    codes = [name.removeprefix("rank_") for name in whole if name.startswith("rank_")]
    told = _tell(counts, whole, codes, said)
    with look.our_style():
        page = look.Page(told)
        _draw(page, counts, codes, said.words)
    labels = counts["ahead"].map(said.words.name, na_action="ignore")
    data = counts.drop(columns="x").assign(label=labels)
    name = f"world-ahead_columns-{'-'.join(codes)}-{counts['flow'].iat[0]}".lower()
    return Chart(page.figure, told.alt, data, told.source, name, told.finding)


def _whole(pairs):
    """Fetch the pairs, and refuse what one chart cannot show."""
    whole = pd.DataFrame(as_rows(nw.from_native(pairs)))
    if "ahead" not in whole or whole.empty:
        raise Refused("the table is not one that pair_ranks left", "give pair_ranks(trade, …)")
    for column in ("flow", "product", "source"):
        if len(words := sorted(whole[column].unique())) > 1:
            raise Refused(
                f"the table has more than one {column}: {', '.join(words)}",
                f"a chart shows one: keep the rows of one {column}",
            )
    for column in ("vintage", "status", "proof"):
        words = whole[column] if column in whole else pd.Series(None, whole.index)
        whole[column] = words.astype(object).where(words.notna(), None)
    return whole.sort_values("year", kind="stable", ignore_index=True)


def _tell(counts, whole, codes, said):
    words, flow = said.words, whole["flow"].iat[0]
    names = dict(zip(("one", "other"), map(words.name, codes), strict=True))
    periods = list(dict.fromkeys(counts.sort_values("x")["period"]))
    of, years = words.say("ahead", "of", flow), name_span(periods, words)
    subtitle = words.say("ahead", "subtitle", of=of, years=years, **names)
    notes = " ".join(filter(None, [words.say("ahead", "note"), said.note]))
    figures = []
    for period in dict.fromkeys([periods[0], *periods[-2:]]):
        rows = counts[counts["period"] == period].set_index("ahead")["reporters"]
        parts = [f"{words.name(code)} {rows.get(code, 0)}" for code in codes]
        figures.append(f"{period}: {', '.join(parts)}, {words.say('total')} {rows.sum()}.")
    alt = describe(said, words.say("form", "columns"), subtitle, "columns", figures)
    return Told(said.finding, subtitle, notes, source_text(whole, said.sources, words), alt)


def _draw(page, counts, codes, words):
    """Draw the columns, their figures, and the names beside the last of them."""
    table = counts.assign(ahead=counts["ahead"].fillna("")).pivot_table(
        index="x", columns="ahead", values="reporters", aggfunc="sum", fill_value=0
    )
    table = table.reindex(columns=[*codes, ""], fill_value=0)
    last = [
        words.say("ahead", "label", partner=words.name(code), count=int(table[code].iat[-1]))
        for code in codes
    ]
    room = max(
        page.size(text, **_LABEL | look.text_style(code))[0]
        for text, code in zip(last, codes, strict=True)
    )
    (ax,) = page.lay(_HEIGHT, [(0.05, room + 0.08)], over=0.2)
    ax.set(xlim=(table.index[0] - 0.5, table.index[-1] + 0.5), ylim=(0, table.sum(axis=1).max()))
    bottom = np.zeros(len(table))
    for code in table:
        ax.bar(table.index, table[code], _BAR, bottom=bottom, color=look.colour(code))
        for x, low, count in zip(table.index, bottom, table[code], strict=True):
            if code and count >= 0.05 * ax.get_ylim()[1]:
                ax.text(x, low + count / 2, f"{count}", **_FIGURE)
        bottom += table[code].to_numpy()
    for code, text in zip(codes, last, strict=True):
        low = sum(table[before].iat[-1] for before in codes[: codes.index(code)])
        at = (table.index[-1] + _BAR / 2, low + table[code].iat[-1] / 2)
        beside = {"xytext": (6, 0), "textcoords": "offset points"}
        ax.annotate(text, at, **beside, **_LABEL | look.text_style(code))
    for x, total in table.sum(axis=1).items():
        over = {"xytext": (0, 3), "textcoords": "offset points", "ha": "center", "va": "bottom"}
        ax.annotate(f"{total}", (x, total), **over, fontsize=10.5, color=look.MUTED)
    ax.set_xticks(table.index, [f"{x:.0f}" for x in table.index])
    ax.set_yticks([])
