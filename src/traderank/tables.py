"""Tables for readers: names for codes, units in words, and the source underneath."""

from __future__ import annotations

import narwhals as nw
import pandas as pd

from traderank.charts.drawn import FLOWS
from traderank.charts.source import is_by_declaration, is_fob_and_cif, sources_text
from traderank.charts.words import NO_BREAK, Words
from traderank.checks import as_rows
from traderank.extracts import all_sources
from traderank.markup import ReaderTable
from traderank.table import Refused

#: What heads each column, and what its figures are: so many decimals, or a form of their own.
_COLUMNS = {
    "value": ("Value", "money"),
    "share": ("Share", "share"),
    "rank": ("Rank", 0),
    "rival": ("Nearest rival", "name"),
    "margin": ("Gap to the rival", "money"),
    "error_to_flip": ("Error that would flip it", "share"),
    "holds": ("Holds", "answer"),
    "value_mirror": ("The partner's report", "money"),
    "gap": ("Gap", "money"),
    "ratio": ("Ratio", 2),
    "gap_cif": ("Gap that the margin would make", "money"),
    "unexplained": ("Gap left unexplained", "money"),
    "rank_if": ("Rank by the partner's report", 0),
    "value_if": ("The partner's report", "money"),
    "before": ("Before", "money"),
    "after": ("After", "money"),
    "change": ("Change", "money"),
    "covers": ("Part of the fall covered at most", "share"),
    "rank_CHN": ("Rank of China", 0),
    "rank_RUS": ("Rank of Russia", 0),
    "reporters": ("Countries", 0),
    "growth": ("Growth", "change"),
    "contribution": ("Contribution, percentage points", "points"),
    "hhi": ("Herfindahl–Hirschman index", 3),
    "hhi_normalised": ("Herfindahl–Hirschman index, normalised", 3),
    "effective_partners": ("Effective number of partners", 1),
    "top_share": ("Share of the largest", "share"),
    "partners": ("Partners", 0),
    "missing": ("Not reported", 0),
    "covered": ("Part of the total", "share"),
}

#: What can make rows or columns, and what heads it.
_KEYS = {
    "reporter": "Reporter",
    "partner": "Partner",
    "flow": "Flow",
    "year": "Year",
    "period": "Period",
    "vintage": "Edition",
    "blocs": "Counted as one",
    "product": "Goods",
    "ahead": "Higher",
}
_NONE = "–"


def tabulate(table, columns, *, title, down="year", across=(), note=None, sources=None):
    """Lay a measured table out for readers.

    Parameters
    ----------
    table : DataFrame (pandas, Polars, DuckDB, Spark)
        The rows to show, as measures left them.
    columns : str, or sequence of str
        What to show of each: value, share, rank, rival, margin, error_to_flip, growth,
        contribution, holds, or what `concentration`, `mirror`, `rank_if`, `most_rerouted`,
        `pair_ranks` or `count_ahead` leave.
    title : str
        What the table shows.
    down, across : str, or sequence of str
        What makes its rows and its columns: reporter, partner, flow, product, year, period,
        vintage, blocs or ahead. Together they name each row of `table` once. Times stand
        in order, flows as turnover, exports, imports, all else as it comes.
    note : str, optional
        What changes the reading, for below the table.
    sources : dict, optional
        From `load_sources`, if it knows more than what ships: for the source line.

    Returns
    -------
    ReaderTable
        Text, for reading and not for computing. Money is in units, thousands, millions or
        billions, with two decimals. What is missing is a dash; what is too small for its
        decimals is "<0.01", never zero. The source line is made from the columns of
        `table`, as a chart's is.

    Raises
    ------
    Refused
        If there is no title, a column is not in the table or not one of those above, two
        rows would share a cell, or money is in several currencies.

    Examples
    --------
    >>> from traderank import load_trade, tabulate
    >>> imports = load_trade("KAZ", flow="import").query("partner in ['CHN', 'RUS']")
    >>> shown = tabulate(imports, "value", across="partner", title="Where imports come from")
    >>> print(shown.measure)
    Value, billion USD
    >>> print(shown.cells.loc[["2021", "2025"]])
         Russia  China
    Year
    2021  17.61   8.23
    2025  19.54  18.97
    """
    columns, down, across = (_listed(names) for names in (columns, down, across))
    rows = _rows(table, title, columns, down + across)
    words = Words("en")
    unit = _Unit(rows, columns, words)
    heads = [unit.head(name) for name in columns]
    sides, tops = _keys(rows, down), _keys(rows, across)
    found = {_key(row, down + across): row for row in rows}
    cells = [
        [
            unit.write(found.get((*side, *top), {}).get(name), name)
            for top in tops
            for name in columns
        ]
        for side in sides
    ]
    # One measure under headings of its own is said once, above.
    once = bool(across) and len(columns) == 1
    tops = [_texts(across, top, words) + ([] if once else [head]) for top in tops for head in heads]
    sides = [_texts(down, side, words) for side in sides]
    frame = pd.DataFrame(cells, _index(sides, [_KEYS[name] for name in down]), _index(tops))
    return ReaderTable(title, heads[0] if once else "", frame, _notes(rows, note, sources, words))


def _listed(names):
    return [names] if isinstance(names, str) else list(names)


def _rows(table, title, columns, keys):
    if not isinstance(title, str) or not title.strip():
        raise Refused("the table has no title", "say what it shows: title=…")
    table = nw.from_native(table)
    there = table.collect_schema().names()
    for names, known in ((columns, _COLUMNS), (keys, _KEYS)):
        if unknown := [name for name in names if name not in known]:
            raise Refused(f"{', '.join(unknown)} cannot be shown", f"name of {', '.join(known)}")
    if absent := [name for name in [*columns, *keys, "period", "source"] if name not in there]:
        raise Refused(
            f"the table has no column {', '.join(absent)}", "add it by the measure that makes it"
        )
    rows = [_plain(row) for row in as_rows(table)]
    if not rows:
        raise Refused("the table has no rows", "give the rows that are to be shown")
    seen = {}
    for row in rows:
        if seen.setdefault(_key(row, keys), row) is not row:
            shown = ", ".join(f"{name} {row[name]}" for name in keys)
            raise Refused(
                f"several rows stand for {shown}", "name what tells them apart in down or across"
            )
    return rows


def _plain(row):
    return {name: None if pd.isna(value) else value for name, value in row.items()}


def _key(row, names):
    return tuple(row[name] for name in names)


def _keys(rows, names):
    """List the keys that there are, in the order of their parts."""
    order = {}
    for name in names:
        values = list(dict.fromkeys(row[name] for row in rows))
        if name == "flow":
            values.sort(key=FLOWS.index)
        elif name in ("year", "period", "vintage"):
            values.sort(key=lambda value: (value is None, value))
        order[name] = {value: place for place, value in enumerate(values)}
    return sorted(
        {_key(row, names) for row in rows},
        key=lambda key: [order[name][value] for name, value in zip(names, key, strict=True)],
    )


def _texts(names, key, words):
    return [_label(name, value, words) for name, value in zip(names, key, strict=True)]


def _label(name, value, words):
    if name == "flow":
        return words.say("flow", value)
    if name == "blocs":
        return ", ".join(words.name(code) for code in value.split(" + ")) if value else "none"
    if name == "product":
        return words.say("listed") if value == "LISTED" else value
    if name == "ahead":
        return "neither" if value is None else words.name(value)
    if name in ("partner", "reporter"):
        # The office's own total: "World" would be more than it says.
        return words.say("total") if value == "WLD" else words.name(value)
    return _NONE if value is None else str(value)


def _index(labels, names=None):
    if not labels[0]:
        return pd.RangeIndex(len(labels))
    if len(labels[0]) == 1:
        return pd.Index([text for (text,) in labels], name=names[0] if names else None)
    return pd.MultiIndex.from_tuples(map(tuple, labels), names=names)


class _Unit:
    """The unit of money of a table, and how its figures are written."""

    def __init__(self, rows, columns, words):
        money = [name for name in columns if _COLUMNS[name][1] == "money"]
        currencies = sorted({str(row.get("currency")) for row in rows}) if money else []
        if len(currencies) > 1:
            raise Refused(f"money is in {', '.join(currencies)}", "keep the rows of one currency")
        largest = max((row[name] or 0 for row in rows for name in money), default=0)
        self.size = next((size for size in (10**9, 10**6, 10**3) if largest >= size), 1)
        self.name = words.unit(self.size, currencies[0]) if money else ""
        self.words = words

    def head(self, name):
        """Head a column, with its unit if it is of money."""
        head, form = _COLUMNS[name]
        return f"{head}, {self.name}" if form == "money" else head

    def write(self, value, name):
        """Write a figure of a column."""
        form = _COLUMNS[name][1]
        if value is None:
            return _NONE
        if form == "name":
            return self.words.name(value)
        if form == "answer":
            return "yes" if value else "no"
        decimals = {"money": 2, "share": 1, "change": 1, "points": 1}.get(form, form)
        value /= {"money": self.size, "share": 0.01, "change": 0.01}.get(form, 1)
        sign = f"{NO_BREAK}%" if form in ("share", "change") else ""
        least = 10.0**-decimals
        if 0 < value < least / 2 and form not in ("change", "points"):
            return f"<{self.words.number(least, decimals)}{sign}"
        return self.words.number(value, decimals, signed=form in ("change", "points")) + sign


def _notes(rows, note, sources, words):
    frame = pd.DataFrame(rows).sort_values("period", kind="stable")
    frame = frame.reindex(columns=frame.columns.union(["vintage", "status", "proof"]))
    known = all_sources() if sources is None else sources
    told = []
    if (frame.get("flow") == "turnover").any():
        whole = is_fob_and_cif(frame, known)
        told.append(words.say("note", "turnover_fob_cif" if whole else "turnover"))
    flows = set(frame["flow"]) if "flow" in frame else set()
    if flows == {"export"} and is_by_declaration(frame, known):
        told.append(words.say("note", "declared"))
    told += [note] if note else []
    return " ".join([*told, sources_text(_both_sides(frame), known, words).splitlines()[0]])


def _both_sides(frame):
    """Give the sources of a table of pairs those of the mirror reports beside its own."""
    mirrored = [name for name in frame if name.endswith("_mirror") and name != "value_mirror"]
    other = frame[["period", *mirrored]].rename(columns=lambda name: name.removesuffix("_mirror"))
    if "source" not in other:
        return frame
    return pd.concat([frame, other[other["source"].notna()]], ignore_index=True)
