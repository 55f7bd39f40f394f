"""A table that shows itself: as text in a terminal, as HTML in a notebook and on the site."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from itertools import groupby

import pandas as pd

# A notebook has no style sheet of ours.
_CELL = "padding: .15em .28em"
_SIDE = "padding: .15em .28em .15em 0; text-align: left; white-space: normal"
_STYLES = {
    "above": "margin: 0 0 .3em; text-align: left",
    "table": "margin: 0; width: auto; font-size: .82rem; border-collapse: collapse",
    "below": "margin: .4em 0 1em; max-width: 46em; font-size: .8em; color: #5f5f5f",
    "corner": f"{_SIDE}; vertical-align: bottom",
    "side": f"{_SIDE}; vertical-align: top; font-weight: normal",
    "head": f"{_CELL}; text-align: center; vertical-align: bottom; white-space: normal",
    "cell": f"{_CELL}; text-align: right; white-space: nowrap",
    "rule": "border-top: 1px solid #c8c8c8",
}


@dataclass(frozen=True, eq=False, repr=False)
class ReaderTable:
    """A table for readers, which shows itself in a notebook.

    Parameters
    ----------
    title : str
        What it shows.
    measure : str
        What its figures are, with their unit; empty where the columns say so.
    cells : pandas.DataFrame
        The figures as text; the headings are its index and columns.
    notes : str
        What changes the reading, and the source line.
    """

    title: str
    measure: str
    cells: pd.DataFrame
    notes: str

    def __repr__(self):
        above = [text for text in (self.title, self.measure) if text]
        return "\n".join([*above, self.cells.to_string(), self.notes])

    def _repr_html_(self):
        above = f"<strong>{escape(self.title)}</strong>"
        if self.measure:
            above += f"<br>{escape(self.measure)}"
        return "\n".join(
            [
                f'<p style="{_STYLES["above"]}">{above}</p>',
                f'<table aria-label="{escape(self.title)}" style="{_STYLES["table"]}">',
                f"<thead>{''.join(_head_rows(self.cells))}</thead>",
                f"<tbody>{''.join(_body_rows(self.cells))}</tbody></table>",
                f'<p style="{_STYLES["below"]}">{_unbroken(self.notes)}</p>',
            ]
        )


def _unbroken(text):
    """Write a text so that no date in it is broken at the end of a line."""
    whole = r'<span style="white-space: nowrap">\g<0></span>'
    return re.sub(r"\d{4}-\d{2}-\d{2}", whole, escape(text))


def _head_rows(cells):
    """Write the headings of the columns, equal ones beside each other joined."""
    levels = cells.columns.nlevels
    side = "".join(
        f'<th scope="col" rowspan="{levels}" style="{_STYLES["corner"]}">{escape(name)}</th>'
        for name in cells.index.names
    )
    for level in range(levels):
        heads = "".join(
            f'<th scope="{"col" if span == 1 else "colgroup"}" colspan="{span}" '
            f'style="{_STYLES["head"]}">{escape(text)}</th>'
            for text, span in _runs(cells.columns, level).values()
        )
        yield f"<tr>{side if level == 0 else ''}{heads}</tr>\n"


def _body_rows(cells):
    """Write the rows, equal headings under each other joined."""
    runs = [_runs(cells.index, level) for level in range(cells.index.nlevels)]
    for place, row in enumerate(cells.to_numpy()):
        heads = "".join(
            f'<th scope="row" rowspan="{run[place][1]}" style="{_STYLES["side"]}">'
            f"{_unbroken(run[place][0])}</th>"
            for run in runs
            if place in run
        )
        figures = "".join(f'<td style="{_STYLES["cell"]}">{escape(text)}</td>' for text in row)
        # A rule under the headings, and where a group of rows begins.
        rule = (
            f' style="{_STYLES["rule"]}"' if place == 0 or (runs[1:] and place in runs[0]) else ""
        )
        yield f"<tr{rule}>{heads}{figures}</tr>\n"


def _runs(index, level):
    """Give each run of equal headings of one level: where it begins, its text, its length."""
    keys = [key if isinstance(key, tuple) else (key,) for key in index]
    runs, place = {}, 0
    for key, run in groupby(key[: level + 1] for key in keys):
        span = len(list(run))
        runs[place] = (key[level], span)
        place += span
    return runs
