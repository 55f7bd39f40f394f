"""A table put in order: partners down, and for each column what its numbers are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from traderank import partners
from traderank.reading import limits, numbers
from traderank.reading.cells import one_line
from traderank.reading.dimensions import PART, Own, find_dimensions, own_of
from traderank.reading.heads import over as texts_over
from traderank.reading.meaning import Context, column_of
from traderank.spelling import is_mixed


@dataclass(slots=True)
class Panel:
    """Partners down, columns of numbers across; nan is no number. Every cell is known."""

    grid: object
    #: The column that names the partners.
    label: int
    partners: list
    names: list
    columns: list
    numbers: np.ndarray
    #: Where each number stands; -1 where the table has no such cell.
    row_of: np.ndarray
    column_of: np.ndarray
    notes: list = field(default_factory=list)
    #: Where a mark stands in place of a number: it is no rounded 0, and no blank.
    marks: np.ndarray = None
    #: Cells of rows that were joined to another row of their partner.
    joined: set = field(default_factory=set)
    #: Whether the table says that it lists only some partners.
    partial: bool = False
    #: Columns without a flow of their own beside exports and imports: to be proved turnover.
    assumed: set = field(default_factory=set)

    #: The partners' codes, and what each is: country, aggregate or residual.
    codes: list = field(init=False)
    kinds: list = field(init=False)

    def __post_init__(self):
        self.codes = [partner.code for partner in self.partners]
        self.kinds = [partner.kind for partner in self.partners]
        if self.marks is None:
            self.marks = np.zeros(self.numbers.shape, dtype=bool)

    def name(self, row):
        """Name a row's partner as printed, on one line."""
        return one_line(self.names[row])

    def is_joined(self, cell):
        """Whether a cell named in a known error is of a row that was joined to another."""
        return cell in self.joined

    def cell(self, row, column):
        """Name the cell in which a number stands."""
        return self.grid.name(int(self.row_of[row, column]), int(self.column_of[row, column]))

    def cells(self, column, there):
        """Name the cells of a column's numbers, from the top down."""
        rows, columns = self.row_of[there, column], self.column_of[there, column]
        if not self.grid.is_turned and len(rows) and (columns == columns[0]).all():
            letter = self.grid.name(0, int(columns[0]))[:-1]
            return [f"{letter}{row}" for row in (rows + 1).tolist()]
        return [
            self.grid.name(*place) for place in zip(rows.tolist(), columns.tolist(), strict=True)
        ]

    def refuse(self, reason, remedy=None, *, row, column):
        """Return the refusal of one number."""
        place = int(self.row_of[row, column]), int(self.column_of[row, column])
        return self.grid.refuse(reason, remedy, row=place[0], column=place[1])


def panels(walked, way, style):
    """Put what a walk met in order.

    Parameters
    ----------
    walked : Walk
        Blocks of records under their headers.
    way : str
        How far the texts of a header reach (see ``heads``).
    style : str
        The decimal mark of numbers kept as text.

    Returns
    -------
    list of Panel
        One for each block; of a long table, one for each reporter and product.
    """
    found, unused = find_dimensions(walked)
    taken = unused | {dimension.index for dimension in found}
    data = [index for index in walked.data if index not in taken]
    if not data:
        return []
    make = _long if found or walked.inherited else _wide
    return make(walked, found, data, way, style)


def _wide(walked, found, data, way, style):
    made = []
    for block in walked.blocks:
        notes, columns, used = [], [], []
        context = Context(walked.grid, block.titles, walked.notes, walked.given)
        there = _there(walked, block)
        over = texts_over(walked.grid, block, there, way)
        for index in (index for index in there if index in data):
            column = column_of(index, over[index], Own(), context)
            if column.__class__ is str:
                notes.append(f"{walked.grid.line(index)} is not used: {column}")
            else:
                columns.append(column)
                used.append(index)
        if not columns and any(note.split(": in ")[1:] for note in notes):
            raise walked.grid.refuse(
                f"nothing here is in {walked.given.unit}: " + "; ".join(notes), "leave out --unit"
            )
        if columns:
            made.append(_wide_panel(walked, block, columns, used, notes, style))
            _check_order(made[-1])
    return made


def _there(walked, block):
    """Leave out the columns that hold nothing in this block, and are named in another."""
    if len(walked.blocks) == 1:
        return walked.data
    headed = {place.column for places in block.heads for place in places}
    columns = walked.grid.columns
    return [
        index
        for index in walked.data
        if index in headed or any(columns[index][row] != "" for row in block.rows)
    ]


def _check_order(panel):
    """Refuse years that do not follow each other; note a gap where all others are one."""
    series = {}
    for at, column in enumerate(panel.columns):
        if column.measure == "value":
            key = column.reporter, column.product, column.flow, column.period.months
            series.setdefault(key, []).append((column.period.span[0], at))
    for starts in series.values():
        steps = [later - start for (start, _), (later, _) in pairwise(starts)]
        backward = sum(step < 0 for step in steps)
        if 0 < backward < len(steps) and len(steps) - backward > 0:
            turn = next(i for i, step in enumerate(steps) if (step < 0) != (steps[0] < 0))
            raise panel.refuse(
                f"{panel.columns[starts[turn + 1][1]].period} stands here after "
                f"{panel.columns[starts[turn][1]].period}: the periods are not in order",
                "correct the year that is wrong, or put the columns in order",
                row=0,
                column=starts[turn + 1][1],
            )
        usual = max(set(steps), key=steps.count, default=0)
        if steps.count(usual) > 3 and steps.count(usual) >= len(steps) - 2:
            panel.notes += [
                f"the periods jump from {panel.columns[starts[i][1]].period} to "
                f"{panel.columns[starts[i + 1][1]].period}"
                for i, step in enumerate(steps)
                if step != usual
            ]


def _wide_panel(walked, block, columns, used, notes, style):
    notes += _oddities(walked, block, used)
    shape = len(block.rows), len(used)
    values, marks = np.empty(shape), np.zeros(shape, dtype=bool)
    for at, index in enumerate(used):
        values[:, at] = _numbers(walked.grid, block.rows, index, style, notes)
        marks[:, at] = _marks(walked.grid, block.rows, index)
    return Panel(
        walked.grid,
        walked.labels.columns[0],
        block.partners,
        block.names,
        columns,
        values,
        np.broadcast_to(np.array(block.rows)[:, None], shape),
        np.broadcast_to(np.array(used), shape),
        notes,
        marks,
    )


def _oddities(walked, block, used):
    """Note what is hidden, and a reporter that stands among its own partners."""
    grid = walked.grid
    notes = [f"row {row + 1} is hidden" for row in block.rows if row in grid.hidden_rows]
    notes += [f"{grid.line(index)} is hidden" for index in used if index in grid.hidden_columns]
    reporter, extra = walked.given.reporter, walked.given.partners
    odd = [
        (at, ", the reporter, stands among its own partners")
        for at, partner in enumerate(block.partners)
        if partner.code == reporter
    ]
    odd += [
        (at, f" has letters that look alike: {letters[0]}")
        for at, name in enumerate(block.names)
        if is_mixed(name) and (letters := partners.lookalikes(name, extra))
    ]
    for at, what in odd:
        cell = grid.name(block.rows[at], walked.labels.columns[0])
        notes.append(f"{cell}: «{block.names[at].strip()}»{what}")
    return notes


def _marks(grid, rows, column):
    """Say in which rows a mark stands in place of a number."""
    marks = [row for row, text in grid.texts[column] if numbers.mark(text)]
    return np.isin(rows, marks) if marks else False


def _numbers(grid, rows, column, style, notes):
    """Read one column's cells as numbers, nan for a blank; refuse what is neither."""
    found, cells = grid.numbers[column][rows], grid.columns[column]
    for place in np.isnan(found).nonzero()[0].tolist():
        row = rows[place]
        # A cell may look blank and hide an error.
        if cells[row] != "" or (row, column) in grid.beneath:
            found[place] = _odd_number(grid, row, column, cells[row], style, notes)
    return found


def _odd_number(grid, row, column, value, style, notes):
    """Read what is neither a number nor plainly blank."""
    found = grid.beneath.get((row, column))
    if found is not None:
        raise not_number(grid, row, column, f"{found} stands where a number should")
    if value.__class__ is not str:
        raise not_number(grid, row, column, f"«{value}» is not a number")
    if not value.strip():
        return np.nan
    mark = numbers.mark(value)
    if mark is not None:
        if mark == "confidential":
            notes.append(f"{grid.name(row, column)} is confidential: not reported")
        return 0.0 if mark == "none" else np.nan
    bare = numbers.without_note(value)
    found = numbers.readings(bare)
    if style not in found:
        raise not_number(grid, row, column, f"«{value.strip()}» is not a number")
    if grid.typed:
        notes.append(f"{grid.name(row, column)} is a number kept as text: «{value.strip()}»")
    elif bare != value.strip():
        notes.append(f"{grid.name(row, column)} has a footnote: «{value.strip()}»")
    return found[style]


def not_number(grid, row, column, reason):
    """Return the refusal of a cell that should hold a number of trade."""
    remedy = "open the sheet, put the office's number there or leave the cell blank"
    return grid.refuse(reason, remedy, row=row, column=column)


# ── long tables ─────────────────────────────────────────────────────────────────────────


def _long(walked, found, data, way, style):
    """Spread a long table: one panel for each reporter and product, a column each series."""
    cells, notes, meanings = {}, [], {}
    for number, block in enumerate(walked.blocks):
        context = Context(walked.grid, block.titles, walked.notes, walked.given)
        over = texts_over(walked.grid, block, data, way)
        for row, partner, name in zip(block.rows, block.partners, block.names, strict=True):
            own = own_of(walked, found, row)
            if own is PART:
                notes.append(f"row {row + 1} repeats part of a total: not used")
                continue
            for index in data:
                key = (number, index, own)
                if key not in meanings:
                    meanings[key] = column_of(index, over[index], own, context)
                column = meanings[key]
                if column.__class__ is str:
                    continue
                _put(walked, cells, column, partner, name, row, index)
    unused = {(i, word) for (_, i, _), word in meanings.items() if word.__class__ is str}
    notes += [f"{walked.grid.line(i)} is not used: {word}" for i, word in sorted(unused)]
    return [
        _long_panel(walked, columns, _shortened(notes) if place == 0 else [], style)
        for place, columns in enumerate(cells.values())
    ]


def _shortened(notes):
    """Say once what is true of many rows."""
    parts = [note for note in notes if note.endswith("repeats part of a total: not used")]
    rest = [note for note in notes if not note.endswith("repeats part of a total: not used")]
    return rest + ([f"{len(parts)} rows repeat part of a total: not used"] if parts else [])


def _put(walked, cells, column, partner, name, row, index):
    panel = cells.setdefault((column.reporter, column.product), {})
    limits.refuse_more(len(cells), limits.PANELS, "products and reporters", walked.grid.file)
    series = panel.setdefault(column, {})
    if partner in series and walked.grid.columns[index][row] != "":
        other = series[partner][1]
        raise walked.grid.refuse(
            f"«{name.strip()}», {column.flow} {column.period}, is in row {other + 1} too",
            "keep one of the rows; if a column tells them apart, keep the rows of its total",
            row=row,
            column=index,
        )
    series.setdefault(partner, (name, row, index))


def _long_panel(walked, columns, notes, style):
    grid, named = walked.grid, {}
    for series in columns.values():
        for partner, (name, row, _) in series.items():
            named.setdefault(partner, (row, name))
    order = sorted(named, key=lambda partner: named[partner][0])
    place = {partner: at for at, partner in enumerate(order)}
    shape = len(order), len(columns)
    limits.refuse_more(len(order) * len(columns), limits.CELLS, "cells", grid.file)
    values = np.full(shape, np.nan)
    row_of, column_at = np.full(shape, -1), np.full(shape, -1)
    marks = np.zeros(shape, dtype=bool)
    for at, series in enumerate(columns.values()):
        rows = [row for _, row, _ in series.values()]
        where = [place[partner] for partner in series]
        indexes = [index for *_, index in series.values()]
        for index in set(indexes):
            mine = [i for i, other in enumerate(indexes) if other == index]
            chosen = [rows[i] for i in mine]
            there = [where[i] for i in mine]
            values[there, at] = _numbers(grid, chosen, index, style, notes)
            marks[there, at] = _marks(grid, chosen, index)
        row_of[where, at], column_at[where, at] = rows, indexes
    names = [named[partner][1] for partner in order]
    return Panel(
        grid,
        walked.labels.columns[0],
        order,
        names,
        list(columns),
        values,
        row_of,
        column_at,
        notes,
        marks,
    )


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
            raise panel.grid.refuse(
                f"{_lines(panel, other, at)} both say {column.flow} {column.period} "
                f"({column.measure})",
                "correct the header that is wrong",
                row=max(int(panel.row_of[0, at]) - 1, 0),
                column=int(panel.column_of[0, at]),
            )


def _lines(panel, *columns):
    """Name columns as the file does: «columns D and F»."""
    names = [panel.grid.line(int(panel.column_of[0, at])) for at in columns]
    word = names[0].split()[0]
    return f"{word}s " + " and ".join(name.split()[1] for name in names)
