"""Lay a known table out as an office would: the cells of a sheet, with titles, headers, notes."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby, product
from typing import NamedTuple


class Number(NamedTuple):
    """A number as it is printed: how many units of which decimal, and a footnote's sign."""

    units: int
    decimals: int
    note: str = ""


class Column(NamedTuple):
    flow: str | None
    period: object
    measure: str


@dataclass
class Page:
    """One sheet. `places` says where each value of the truth stands."""

    name: str
    cells: dict = field(default_factory=dict)
    merged: list = field(default_factory=list)
    places: dict = field(default_factory=dict)

    @property
    def height(self):
        return max((row for row, _ in self.cells), default=-1) + 1

    @property
    def width(self):
        return max((column for _, column in self.cells), default=-1) + 1

    def put(self, row, column, value):
        if value is not None and value != "":
            self.cells[row, column] = value

    def merge(self, top, left, bottom, right):
        if (top, left) != (bottom, right):
            self.merged.append(((top, left), (bottom, right)))

    def add(self, other, row, column, *, turned=False):
        """Put another page's cells here, from a cell on."""

        def at(place):
            a, b = reversed(place) if turned else place
            return row + a, column + b

        self.cells |= {at(place): value for place, value in other.cells.items()}
        self.merged += [(at(start), at(end)) for start, end in other.merged]
        for key, place in other.places.items():
            self.places.setdefault(key, at(place))

    def rows(self):
        return [
            [self.cells.get((row, column)) for column in range(self.width)]
            for row in range(self.height)
        ]


class Line(NamedTuple):
    """A row of a table: whose it is, how deep in groups, and whether one begins a group."""

    code: str
    depth: int
    is_group: bool


def lines_of(known, layout, flow=None):
    """List the rows of a table from the top down, as the layout places groups and the total."""
    found = [Line(memo.code, 0, True) for memo in known.memos]

    def visit(nodes, depth):
        for node in nodes:
            line = Line(node.code, depth, bool(node.under))
            if node.under and layout.groups == "below":
                visit(node.under, depth + 1)
                found.append(line)
            else:
                found.append(line)
                visit(node.under, depth + 1)

    top = known.top
    if layout.ranked and flow in ("export", "import"):
        size = {node.code: known.exact[node.code, flow, known.periods[-1]] for node in top}
        rest = [node for node in top if node.kind == "residual"]
        top = sorted((n for n in top if n not in rest), key=lambda n: -size[n.code]) + rest
    visit(top, 0)
    total = [Line("WLD", 0, True)] if layout.total else []
    return total + found if layout.total == "first" else found + total


# ── columns and their header ─────────────────────────────────────────────────────────────


def columns_of(layout, flows, periods):
    """List the columns of numbers, in the order that the layout gives them."""
    measures = ["value", *layout.measures]
    shown = [*flows, "balance"] if layout.balance and None not in flows else flows
    made = {
        "flow first": [Column(f, p, m) for f, p, m in product(shown, periods, measures)],
        "period first": [Column(f, p, m) for p, f, m in product(periods, shown, measures)],
        "measure first": [Column(f, p, m) for m, f, p in product(measures, shown, periods)],
    }[layout.order]
    made = [c for c in made if c.flow != "balance" or c.measure == "value"]
    made = [c for c in made if not (c.measure == "growth" and c.period == layout.first_period)]
    if layout.tail and len(periods) > 1:
        # Growth stands once, behind the periods that it compares.
        tailed = []
        for _, run in groupby(made, key=lambda c: c.flow):
            run = list(run)
            tailed += [*run, Column(run[0].flow, None, "growth")]
        made = tailed
    return made


def levels_of(layout, known):
    """Name the rows of the header, from the top down."""
    of_flow = ["flow"] if layout.flow_at in ("columns", "header") else []
    of_period = ["period"] if layout.period_at in ("columns", "header") else []
    if of_period and layout.split_period:
        of_period = ["year", "part"]
    levels = of_period + of_flow if layout.order == "period first" else of_flow + of_period
    if layout.measures or layout.unit_at == "header" or (layout.value_row and not levels):
        levels = ["measure", *levels] if layout.order == "measure first" else [*levels, "measure"]
    return levels


def header_text(column, level, speak, layout):
    """Word what stands over a column in one row of the header."""
    if level == "flow" and column.flow:
        return speak(lambda voice: voice.pick(column.flow))
    if level == "measure":
        return speak(lambda voice: _measure(voice, column, layout))
    if column.period is None:
        return speak(lambda voice: layout.growth_of(voice))
    if level == "year":
        year = column.period.year
        return year if layout.bare_years else speak(lambda voice: voice.year(year))
    if level == "part":
        if column.period.months == 12:
            return speak(lambda voice: voice.pick("value"))
        return speak(lambda voice: voice.period(column.period, apart=True))
    if level == "period":
        return layout.period_text(column.period, speak)
    return ""


def _measure(voice, column, layout):
    if column.measure != "value":
        return voice.pick(column.measure)
    if layout.unit_at == "header":
        return voice.unit(bare=True)
    return voice.pick("value") if layout.value_row else ""


def head(page, columns, levels, left, speak, layout):
    """Put the header over the columns; return in which row the records begin."""
    if layout.header == "combined" and len(levels) > 1:
        for at, column in enumerate(columns):
            texts = [str(header_text(column, level, speak, layout)) for level in levels]
            page.put(0, left + at, layout.joint.join(text for text in texts if text))
        return 1
    for row, level in enumerate(levels):
        texts = [
            tuple(str(header_text(column, upper, speak, layout)) for upper in levels[: row + 1])
            for column in columns
        ]
        start = 0
        for _, run in groupby(texts):
            size = len(list(run))
            text = header_text(columns[start], level, speak, layout)
            last = row == len(levels) - 1
            _spread(page, row, left + start, size, text, "repeated" if last else layout.header)
            start += size
    return len(levels)


def _spread(page, row, column, size, text, header):
    if header == "repeated":
        for step in range(size):
            page.put(row, column + step, text)
    else:
        page.put(row, column + ((size - 1) // 2 if header == "centred" else 0), text)
        if header == "merged" and text != "":
            page.merge(row, column, row, column + size - 1)


# ── the table ────────────────────────────────────────────────────────────────────────────


def body(known, layout, flow, period):
    """Lay out one table of partners; `flow` and `period` are what stands outside of it."""
    page = Page("")
    flows = [flow] if layout.flow_at not in ("columns", "under", "header") else known.flows
    periods = [period] if layout.period_at not in ("columns", "under", "header") else known.periods
    under = {"flow": flows if layout.flow_at == "under" else [None]}
    under["period"] = periods if layout.period_at == "under" else [None]
    columns = columns_of(
        layout,
        [None] if layout.flow_at == "under" else flows,
        [None] if layout.period_at == "under" else periods,
    )
    labels = layout.label_columns()
    left = len([label for label in labels if label.side == "left"])
    levels = levels_of(layout, known)
    top = head(page, columns, levels, left, layout.speak, layout) if levels or labels else 0
    top = _corner(
        page,
        layout,
        labels,
        left,
        len(columns),
        max(top, 1 if layout.unit_at == "corner" else layout.corner_row),
    )
    _records(page, known, layout, top, left, columns, labels, under, (flow, period))
    return page


def _corner(page, layout, labels, left, width, top):
    """Name the label columns, above the records."""
    for at, label in _placed(labels, left, width):
        text = layout.corner_text(label)
        if text and top:
            row = 0 if layout.header == "merged" or layout.corner_high else top - 1
            page.put(row, at, text)
            if layout.header == "merged" and row == 0:
                page.merge(0, at, top - 1, at)
    if layout.numbering and top:
        for at in range(left + width):
            page.put(top, at, layout.numbering(at, left))
        top += 1
    return top


def _placed(labels, left, width):
    """Give each label column its place."""
    before = after = 0
    for label in labels:
        if label.side == "left":
            yield before, label
            before += 1
        else:
            yield left + width + after, label
            after += 1


def _records(page, known, layout, top, left, columns, labels, under, outside):
    row, nested = top, [key for key, values in under.items() if values != [None]]
    lines = lines_of(known, layout, outside[0])
    ranks = {line.code: at for at, line in enumerate([x for x in lines if not x.is_group], 1)}
    for at, line in enumerate(lines):
        if layout.gap_rows and at and line.is_group and line.depth == 0:
            row += 1
        parts = list(product(under["flow"], under["period"]))
        bare = nested and layout.nest == "bare"
        for place, (flow, period) in enumerate([(None, None), *parts] if bare else parts):
            only_name = bare and place == 0
            for column, label in _placed(labels, left, len(columns)):
                text = layout.label_text(label, line, flow, period, place, ranks)
                page.put(row, column, text)
            for step, column in enumerate(columns if not only_name else ()):
                told = Column(
                    flow or column.flow or outside[0],
                    period or column.period or (None if column.measure == "growth" else outside[1]),
                    column.measure,
                )
                page.put(row, left + step, layout.cell(known, line.code, told, ranks))
                if told.measure == "value" and told.flow != "balance":
                    page.places[line.code, told.flow, told.period] = row, left + step
            row += 1
        if layout.of_total and line.code == "WLD" and layout.total == "first":
            page.put(row, 0, layout.speak(lambda voice: voice.pick("of_total")))
            row += 1
