"""Bars in rows, one for each partner: names to their left, figures at their ends."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib import patheffects

from traderank.charts import page as look
from traderank.charts.chart import Chart
from traderank.charts.periods import name as period_name
from traderank.charts.scales import zero_scale
from traderank.charts.telling import tell

_FONT = {"fontsize": 11.5}
_MARK = {"fontsize": 10.5, "color": look.MUTED}
#: Inches: the height of a row, and the space beside a bar's figure; and the part of a row
#: that its bar fills.
_ROW, _GAP, _BAR = 0.34, 0.07, 0.68


def draw_bars(name, drawn, said):
    """Draw the last period's bars, mark the earlier period on them, and finish the chart.

    Parameters
    ----------
    name : str
        Of the form.
    drawn : Drawn
    said : Said

    Returns
    -------
    Chart
        Its data in the order in which the bars stand.
    """
    words, column = said.words, drawn.column
    drawn = drawn._replace(rows=_in_order(drawn))
    rows = drawn.rows
    scale = zero_scale(column, rows[column], rows["currency"].iat[0], words)
    figures = [
        words.say("unreported") if pd.isna(value) else scale.figure(value, words)
        for value in rows[column]
    ]
    rows = rows.assign(size=rows[column] / scale.size, figure=figures)
    is_bar = rows["period"] == drawn.periods[-1]
    bars = rows[is_bar]
    marks = rows[~is_bar].set_index("series")["size"].reindex(bars["series"]).to_numpy()
    told = tell(drawn, scale, said)
    with look.our_style():
        page = look.Page(told)
        ax = _lay(page, bars, marks)
        _draw_bars(ax, bars)
        _write_figures(ax, bars, marks)
        if not np.isnan(marks).all():
            _draw_marks(ax, marks, period_name(drawn.periods[0], words))
    return Chart.of(name, page.figure, drawn, told)


def _in_order(drawn):
    """Put the largest on top, what is not reported below, the rest and the total last."""
    rows = drawn.rows
    last = rows[rows["period"] == drawn.periods[-1]]
    last = last.assign(below=last["series"].map({"REST": 1, "WLD": 2}).fillna(0))
    order = last.sort_values(["below", drawn.column], ascending=[True, False], kind="stable")
    return pd.concat([rows[rows["series"] == series] for series in order["series"]])


def _lay(page, bars, marks):
    """Place the plot between the names and the room that the figures need."""
    fonts = [_FONT | look.text_style(series) for series in bars["series"]]
    label, figure = (
        max(page.size(text, **font)[0] for text, font in zip(bars[column], fonts, strict=True))
        for column in ("label", "figure")
    )
    low, high = (reach([*bars["size"], *marks, 0]) for reach in (np.nanmin, np.nanmax))
    side = label + 0.12 + (figure + _GAP if low < 0 else 0), figure + _GAP
    over = 0 if np.isnan(marks).all() else 0.22
    (ax,) = page.lay(_ROW * len(bars), [side], over=over, under=0)
    ax.set(xlim=(low, high if high > low else 1), ylim=(len(bars) - 0.5, -0.5))
    names = {"transform": ax.get_yaxis_transform(), "va": "center_baseline"}
    edge = -side[0] / page.width([side])
    for row, (text, font) in enumerate(zip(bars["label"], fonts, strict=True)):
        ax.text(edge, row, text, **names, **font)
    if (rest := bars["series"].eq("REST").to_numpy()).any():
        rule = {"color": look.RULE, "linewidth": 0.6, "clip_on": False}
        ax.plot([edge, 1], [rest.argmax() - 0.5] * 2, transform=names["transform"], **rule)
    return ax


def _draw_bars(ax, bars):
    colours = {series: look.colour(series) for series in bars["series"]}
    sns.barplot(
        data=bars,
        x="size",
        y="series",
        hue="series",
        order=list(colours),
        hue_order=list(colours),
        palette=colours,
        saturation=1,
        width=_BAR,
        errorbar=None,
        legend=False,
        ax=ax,
    )
    for bar, is_hollow in zip(ax.patches, bars[bars["size"].notna()]["hollow"], strict=True):
        if is_hollow:
            bar.set(edgecolor=bar.get_facecolor(), facecolor=look.PAPER, linewidth=1.6)
    ax.set(xlabel="", ylabel="", xticks=[], yticks=[])
    ax.axvline(0, color=look.RULE, linewidth=0.9, zorder=3)


def _write_figures(ax, bars, marks):
    for row, (bar, mark) in enumerate(zip(bars.itertuples(), marks, strict=True)):
        side = -1 if bar.size < 0 else 1
        ax.annotate(
            bar.figure,
            (bar.size if side < 0 else np.nanmax([bar.size, mark, 0]), row),
            xytext=(side * _GAP * 72, 0),
            textcoords="offset points",
            ha="right" if side < 0 else "left",
            va="center_baseline",
            **_FONT | look.text_style(bar.series),
        )


def _draw_marks(ax, marks, period):
    rows = np.arange(len(marks))
    edge = patheffects.withStroke(linewidth=4.4, foreground=look.PAPER)
    line = {"color": look.INK, "linewidth": 2.2, "zorder": 4, "path_effects": [edge]}
    ax.vlines(marks, rows - 0.42, rows + 0.42, **line)
    first = int(np.flatnonzero(~np.isnan(marks))[0])
    over = {"xytext": (0, 4), "textcoords": "offset points", "ha": "center", "va": "bottom"}
    ax.annotate(period, (marks[first], first - 0.42), **over, **_MARK)
