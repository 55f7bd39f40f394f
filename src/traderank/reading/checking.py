"""What is refused of a panel before any sum is asked.

A negative number, a partner or a column that stands twice, a column of which nothing says
whether it is exports or imports.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from traderank import partners
from traderank.reading.panel import not_number


def checked(panel, known_errors=()):
    """Refuse what no sum has to tell: negative numbers, a partner or a column twice."""
    _complete(panel)
    for row, column in np.argwhere(panel.numbers < 0):
        place = int(panel.row_of[row, column]), int(panel.column_of[row, column])
        reason = f"{panel.numbers[row, column]:.10g} is negative, and trade is not"
        raise not_number(panel.grid, *place, reason)
    panel = _without_repeats(panel, known_errors)
    _refuse_repeated_columns(panel)
    return panel


def _complete(panel):
    """Give a flow to the columns that none is printed for, where their neighbours tell it.

    A share is that of the value before it, which the shares will prove. A value beside both
    exports and imports of its time is turnover, if the numbers prove it.
    """
    values = [c for c in panel.columns if c.measure == "value"]
    flows = {(c.reporter, c.product, c.period, c.flow) for c in values}
    for at, column in enumerate(panel.columns):
        if column.flow is not None:
            continue
        before = [
            c.flow for c in panel.columns[:at] if c.measure == "value" and c.period == column.period
        ]
        same = column.reporter, column.product, column.period
        if column.measure == "share" and before:
            panel.columns[at] = column._replace(flow=before[-1])
        elif column.measure == "value" and _is_between(same, flows):
            panel.columns[at] = column._replace(flow="turnover")
            panel.assumed.add(at)
        else:
            raise panel.refuse(
                f"nothing says whether {panel.grid.line(int(panel.column_of[0, at]))} is exports "
                "or imports",
                "give --flow export or --flow import",
                row=0,
                column=at,
            )


def _is_between(same, flows):
    """Whether both parts of a turnover are there, and no turnover."""
    parts = {(*same, "export"), (*same, "import")}
    return parts <= flows and (*same, "turnover") not in flows


def _without_repeats(panel, known_errors):
    """Leave one row of a partner that stands twice, where one of them holds no trade.

    Where the office is known to spread a partner over two rows (an entry of
    ``known_errors`` names the second), and they never both hold trade, they are one.
    """
    if len(set(panel.codes)) == len(panel.codes):
        return panel
    _look_again(panel)
    rows = {}
    for row, partner in enumerate(panel.partners):
        rows.setdefault(partner.code, []).append(row)
    keep = np.ones(len(panel.partners), dtype=bool)
    panel = replace(panel, numbers=panel.numbers.copy(), row_of=panel.row_of.copy())
    for first, *more in rows.values():
        for row in more:
            _join_rows(panel, first, row, known_errors)
            keep[row] = False
    return replace(
        panel,
        partners=[p for p, kept in zip(panel.partners, keep, strict=True) if kept],
        names=[name for name, kept in zip(panel.names, keep, strict=True) if kept],
        numbers=panel.numbers[keep],
        row_of=panel.row_of[keep],
        column_of=panel.column_of[keep],
        marks=panel.marks[keep],
    )


def _join_rows(panel, first, row, known_errors):
    """Join two rows of one partner into the first; refuse where that would be a guess."""
    trade = np.nan_to_num(panel.numbers[[first, row]]) != 0
    here = f"{panel.cell(row, 0)}: «{panel.names[row].strip()}» stands twice"
    known = [
        entry
        for entry in known_errors
        if entry["sheet"] == panel.grid.sheet and entry["cell"] == panel.cell(row, 0)
    ]
    if trade.all(axis=0).any() or not (known or not trade.any(axis=1).all()):
        raise _twice(panel, first, row)
    panel.joined.add(panel.cell(row, 0))
    taken = trade[1] | (np.isnan(panel.numbers[first]) & ~np.isnan(panel.numbers[row]))
    panel.numbers[first, taken] = panel.numbers[row, taken]
    panel.row_of[first, taken] = panel.row_of[row, taken]
    panel.notes.append(
        f"{here}: {known[0]['reason']}" if known else f"{here}, once without any trade: one row"
    )


def _look_again(panel):
    """Give a name that may mean two partners the meaning that no other row has."""
    codes = Counter(partner.code for partner in panel.partners)
    for row, (partner, name) in enumerate(zip(panel.partners, panel.names, strict=True)):
        if codes[partner.code] > 1:
            other = partners.find(name, taken=set(codes))
            if other is not None and other != partner:
                panel.partners[row] = other
                codes.update([other.code])
                codes.subtract([partner.code])


def _twice(panel, first, row):
    here, there = int(panel.row_of[row, 0]), int(panel.row_of[first, 0])
    return panel.grid.refuse(
        f"«{panel.name(row)}» ({panel.partners[row].code}) stands here and in row {there + 1} "
        f"(«{panel.name(first)}»): a partner twice",
        "find out which row is right, and correct the other's name",
        row=here,
        column=panel.label,
    )


def _refuse_repeated_columns(panel):
    seen = {}
    for at, column in enumerate(panel.columns):
        key = (*column.series, column.measure)
        other = seen.setdefault(key, at)
        if other != at:
            row = _first(panel, at)
            raise panel.grid.refuse(
                f"{_lines(panel, other, at)} both say {column.flow} {column.period} "
                f"({column.measure})",
                "correct the header that is wrong",
                row=max(int(panel.row_of[row, at]) - 1, 0),
                column=int(panel.column_of[row, at]),
            )


def _first(panel, at):
    """Return the first partner that has a cell in a column: not every one does."""
    return int((panel.column_of[:, at] >= 0).argmax())


def _lines(panel, *columns):
    """Name columns as the file does: «columns D and F»."""
    names = [panel.grid.line(int(panel.column_of[_first(panel, at), at])) for at in columns]
    word = names[0].split()[0]
    return f"{word}s " + " and ".join(name.split()[1] for name in names)
