"""A specification curve: bars up and down in order, and under them the choices behind each."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from traderank.charts import page as look
from traderank.charts.words import NO_BREAK

#: Where the claim holds, and where not: no partner's colours, of different lightness.
HOLDS, FAILS, SILENT = "#0b6e5f", "#b5628f", "#c9c9c9"
#: Inches: the height of the curve, of the words in it, of a row of choices, between groups.
_CURVE, _WORDS, _ROW, _GAP = 1.9, 0.24, 0.24, 0.13
_NAME = {"fontsize": 11, "va": "center_baseline", "ha": "right"}
_FIGURE = {"fontsize": 10.5, "ha": "center"}
_TICK = {"fontsize": 10.5, "color": look.MUTED}
_ANSWER = {"fontsize": 11.5, "fontweight": "bold", "va": "center_baseline"}


def draw_curve(page, readings, groups, words):
    """Draw the curve and the choices.

    Parameters
    ----------
    page : Page
    readings : pandas.DataFrame
        One row per column of the chart, in order: `answer` (1, -1, or missing), `signed`
        (the height of the bar), `error_to_flip`, `rank` and `named`.
    groups : list of list of (str, pandas.Series of bool)
        The choices, group by group: the name, and the columns that are of it.
    words : Words
    """
    names = [name for choices in groups for name, _ in choices]
    left = max(page.size(name, **_NAME)[0] for name in names) + 0.1
    height = _CURVE + sum(_ROW * len(choices) + _GAP for choices in groups)
    (ax,) = page.lay(height, [(left, 0.05)], under=0)
    ax.set(xlim=(-0.5, len(readings) - 0.5), ylim=(-(height - _CURVE), _CURVE))
    ax.set(xticks=[], yticks=[])
    _draw_named(ax, readings)
    _draw_bars(ax, readings, words)
    _draw_choices(ax, readings, groups, left / page.width([(left, 0.05)]))


def _draw_named(ax, readings):
    """Shade the readings that the claim names, where it does not name all."""
    if readings["named"].all():
        return
    for column in np.flatnonzero(readings["named"]):
        ax.axvspan(column - 0.5, column + 0.5, color="#efefef", linewidth=0, zorder=0)


def _draw_bars(ax, readings, words):
    """Draw the bars up and down from the line of a tie, and their ranks."""
    signed, answers = readings["signed"], readings["answer"]
    high, low = max(signed.max(), 0), min(signed.min(), 0)
    above, below = (_WORDS + 0.2 if (answers == sign).any() else 0.1 for sign in (1, -1))
    above = max(above, _WORDS if answers.isna().any() else 0)
    scale = (_CURVE - above - below) / (high - low) if high > low else 0
    zero = below - low * scale
    _draw_scale(ax, low, high, zero, scale, words)
    colours = [_colour(answer) for answer in answers]
    ax.bar(signed.index, signed * scale, 0.62, bottom=zero, color=colours, zorder=3)
    ax.plot([-0.5, len(readings) - 0.5], [zero, zero], color=look.RULE, linewidth=0.9, zorder=4)
    for column, row in readings.iterrows():
        if pd.isna(row["answer"]) or pd.isna(row["error_to_flip"]):
            full = look.PAPER if pd.isna(row["answer"]) else _colour(row["answer"])
            ax.plot(column, zero, "o", color=full, markeredgecolor=look.RULE, zorder=5)
        if not pd.isna(row["answer"]) and not pd.isna(row["rank"]):
            side = -1 if row["answer"] < 0 else 1
            off = 3 if row["error_to_flip"] > 0 else 6
            at = {"xytext": (0, side * off), "textcoords": "offset points"}
            style = _FIGURE | {"va": "bottom" if side > 0 else "top", "color": look.INK}
            ax.annotate(f"{row['rank']}", (column, zero + row["signed"] * scale), **at, **style)
    _write_answers(ax, answers, words)


def _draw_scale(ax, low, high, zero, scale, words):
    for tick in MaxNLocator(4, steps=[1, 2, 5, 10]).tick_values(low * 100, high * 100):
        if low * 100 <= tick <= high * 100:
            y = zero + tick / 100 * scale
            ax.plot([0, 1], [y, y], **_rule(ax))
            text = f"{words.number(abs(tick), 0 if tick == int(tick) else 1)}{NO_BREAK}%"
            ax.text(-0.02, y, text, transform=ax.get_yaxis_transform(), **_NAME | _TICK)


def _write_answers(ax, answers, words):
    """Say over, and under, the bars what they stand for, and how many they are."""
    top, right = _CURVE - _WORDS / 2, {"ha": "right"}
    if held := int((answers == 1).sum()):
        text = words.say("readings", "holds", count=held)
        ax.text(-0.4, top, text, color=HOLDS, **_ANSWER)
    if failed := int((answers == -1).sum()):
        text = words.say("readings", "fails", count=failed)
        ax.text(held + failed - 0.6, _WORDS / 2, text, color=FAILS, **_ANSWER | right)
    if silent := int(answers.isna().sum()):
        text = words.say("readings", "silent", count=silent)
        style = _ANSWER | right | {"fontweight": "normal", "color": look.MUTED}
        ax.text(len(answers) - 0.6, top, text, **style)


def _colour(answer):
    return SILENT if pd.isna(answer) else HOLDS if answer > 0 else FAILS


def _draw_choices(ax, readings, groups, left):
    """Draw a row of dots for each choice, full in the columns that it is of."""
    y = -_GAP
    colours = np.array([_colour(answer) for answer in readings["answer"]])
    columns = np.arange(len(readings))
    for choices in groups:
        for name, chosen in choices:
            y -= _ROW
            at = np.full(len(readings), y + _ROW / 2)
            ax.scatter(columns, at, s=9, color="#dddddd", zorder=2, linewidths=0)
            full = chosen.to_numpy(dtype=bool)
            edges = np.where(colours == SILENT, look.RULE, colours)
            ax.scatter(
                columns[full],
                at[full],
                s=46,
                c=np.where(colours == SILENT, look.PAPER, colours)[full],
                edgecolors=edges[full],
                linewidths=1,
                zorder=3,
            )
            ax.text(-0.02, y + _ROW / 2, name, transform=ax.get_yaxis_transform(), **_NAME)
        ax.plot([-left, 1], [y - _GAP / 2] * 2, **_rule(ax))
        y -= _GAP


def _rule(ax):
    rule = {"color": "#e4e4e4", "linewidth": 0.9, "clip_on": False, "zorder": 1}
    return rule | {"transform": ax.get_yaxis_transform()}
