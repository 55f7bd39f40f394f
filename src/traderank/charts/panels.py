"""Lines through the years in one panel, or in several side by side."""

from __future__ import annotations

import numpy as np
import seaborn as sns
from matplotlib import patheffects

from traderank.charts import page as look
from traderank.charts.chart import Chart
from traderank.charts.drawn import RIVALS
from traderank.charts.labels import end_labels, room, spread_labels, write_labels
from traderank.charts.periods import stretches
from traderank.charts.telling import heading, tell
from traderank.charts.years import draw_rule, year_limits, year_ticks

_HEADING = {"fontsize": 12, "fontweight": "bold", "va": "top"}
_TICK = {"fontsize": 11.5}
#: Inches over a panel: for the label of the rule, and for the heading of the panel.
_RULE, _HEAD = 0.24, 0.28
#: Points: the lines in grey and those in colour; lines that are steep and close are thinner.
_WIDTHS = {"lines": (1.6, 3.0), "panels": (1.4, 2.4), "reports": (1.6, 3.0)}
#: Inches between points: where there is less, only those that say something are drawn.
_DOTTED = 0.3


def draw_lines(name, drawn, scale, said):
    """Draw the lines and finish the chart.

    Parameters
    ----------
    name : str
        Of the form.
    drawn : Drawn
    scale : Scale
    said : Said

    Returns
    -------
    Chart
    """
    told, words, panels = tell(drawn, scale, said), said.words, drawn.panels()
    with look.our_style():
        page = look.Page(told)
        labels = [end_labels(rows, drawn, scale, page, words) for _, rows in panels]
        height = _height(scale, labels)
        labels = [spread_labels(ends, height) for ends in labels]
        left = max(page.size(scale.tick(tick, words), **_TICK)[0] for tick in scale.ticks) + 0.08
        sides = [(0.12 if i else left, room(ends)) for i, ends in enumerate(labels)]
        width = page.width(sides)
        ticks = year_ticks(drawn, page, words, width)
        over = _RULE + (_HEAD if len(panels) > 1 else 0)
        under = 0.3 + 0.2 * any("\n" in text for text in ticks.values())
        axes = page.lay(height, sides, over=over, under=under)
        for ax, (panel, rows), ends in zip(axes, panels, labels, strict=True):
            first = words if ax is axes[0] else None
            _draw_axes(ax, drawn, scale, ticks, width, first)
            draw_rule(ax, drawn, _RULE / height, first)
            _draw_series(ax, rows, drawn, scale, width)
            write_labels(ax, ends, width)
            if panel:
                style = {"transform": ax.transAxes, **_HEADING}
                ax.text(0, 1 + over / height, heading(panel, words), **style)
    return Chart.of(name, page.figure, drawn, told)


def _height(scale, labels):
    """Give ranks a row each, all else a shape that is wider than high, and labels their room."""
    shape = 3.4 if len(labels) == 1 else 2.9
    if scale.column == "rank":
        shape = min(max(0.37 * (scale.low - 0.5), 1.7), 5.4)
    return max(shape, *(sum(label.height for label in ends) for ends in labels))


def _draw_axes(ax, drawn, scale, ticks, width, words):
    """Draw the axes of a panel; the numbers only where there are words to write them in."""
    ax.set(xlim=year_limits(drawn, width), ylim=(scale.low, scale.high))
    ax.set_xticks(list(ticks), list(ticks.values()))
    ax.set_yticks(scale.ticks, [scale.tick(tick, words) if words else "" for tick in scale.ticks])
    if scale.column != "rank":
        ax.grid(axis="y")
        ax.spines["bottom"].set(visible=True, color=look.RULE)


def _draw_series(ax, rows, drawn, scale, width):
    """Draw the grey lines, over them those in colour, and over each their points."""
    rows = rows.assign(y=rows[drawn.column] / scale.size).dropna(subset=["y"])
    rows = rows.assign(stretch=stretches(rows, drawn.periods))
    is_dotted = width / len(drawn.periods) >= _DOTTED
    for zorder, front in ((2, False), (4, True)):
        layer = rows[rows["series"].isin(RIVALS) == front]
        if layer.empty:
            continue
        colours = {series: look.colour(series) for series in layer["series"].unique()}
        drawn_before = len(ax.lines)
        sns.lineplot(
            data=layer,
            x="x",
            y="y",
            hue="series",
            hue_order=list(colours)[::-1],
            palette=colours,
            units="stretch",
            estimator=None,
            legend=False,
            linewidth=_WIDTHS[drawn.form][front],
            zorder=zorder,
            clip_on=scale.column == "rank",
            ax=ax,
        )
        for line in ax.lines[drawn_before:]:
            # A white edge keeps two lines that cross apart.
            edge = patheffects.Stroke(linewidth=line.get_linewidth() + 2, foreground=look.PAPER)
            line.set_path_effects([edge, patheffects.Normal()])
        _draw_points(ax, layer, colours, scale, is_dotted, zorder + 1)
    ax.set(xlabel="", ylabel="")


def _draw_points(ax, layer, colours, scale, is_dotted, zorder):
    alone = layer.groupby(["series", "stretch"])["x"].transform("size") == 1
    last = layer.groupby("series")["x"].transform("max") == layer["x"]
    is_shown = layer["hollow"] | alone | last | is_dotted
    points = layer[is_shown & layer["y"].between(*sorted((scale.low, scale.high)))]
    full = points["series"].map(colours)
    ax.scatter(
        points["x"],
        points["y"],
        s=np.where(points["series"].isin(RIVALS), 46, 22),
        c=np.where(points["hollow"], look.PAPER, full),
        edgecolors=np.where(points["hollow"], full, look.PAPER),
        linewidths=np.where(points["hollow"], 1.6, 0.8),
        zorder=zorder,
        clip_on=False,
    )
