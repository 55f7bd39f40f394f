"""Render random known tables in random layouts, read them back, and compare.

    python tests/layouts.py --runs 20000 --seed 1

prints the tables of docs/round-trip.md: how many were read exactly, how many refused and why,
for each value of each dimension of a layout. A wrong number, or a row too many or too few, is
shown, and the command ends in status 1.
"""

from __future__ import annotations

import argparse
import math
import random
import re
import sys
import tempfile
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from rendering.choosing import choose
from rendering.known import random_known
from rendering.pages import files_of
from rendering.saving import save

from traderank.reading import read_workbook
from traderank.reading.grid import cell_name
from traderank.table import Refused


@dataclass
class Case:
    """One table in one layout, and its files."""

    known: object
    layout: object
    files: list


def random_case(rng):
    known = random_known(rng)
    layout = choose(rng, known)
    return Case(known, layout, files_of(known, layout))


def read_back(case, folder):
    """Write the files of a case and read them: a list of readings, or the refusal."""
    readings = []
    for number, file in enumerate(case.files):
        path = save(file, case.layout, folder, f"table{number}")
        readings.append(read_workbook(path, **file.given))
    return readings


# ── the comparison ───────────────────────────────────────────────────────────────────────


def outcome(case, folder):
    """Return ("exact", "") or ("refused", reason), or ("wrong", what is wrong)."""
    try:
        readings = read_back(case, folder)
    except Refused as refused:
        return "refused", str(refused)
    except Exception as error:
        return "wrong", f"crash: {type(error).__name__}: {error}"
    table = pd.concat([reading.table for reading in readings])
    wrong = differences(case, table)
    return ("wrong", "; ".join(wrong[:4])) if wrong else ("exact", readings[0].proof.word)


def expected(case):
    """Return (partner, flow, period) → (sheet, cell, value) of all that is printed."""
    found = {}
    for file in case.files:
        for page in file.pages:
            for (code, flow, period), place in page.places.items():
                if flow != "turnover":
                    found[code, flow, period.sdmx] = (page.name, place, (code, flow, period))
    return found


def differences(case, table):
    """Say in what a table that was read differs from the known one."""
    known, wanted, wrong = case.known, expected(case), []
    read = {}
    for row in table.itertuples():
        key = row.partner, row.flow, row.period
        if key in read:
            wrong.append(f"{key} stands twice")
        read[key] = row
    blank = blank_groups(case)
    wrong += [f"{key} is missing" for key in wanted if key not in read and key not in blank]
    wrong += [f"{key} is too many" for key in read if key not in wanted]
    kinds = {node.code: node.kind for node in [*known.nodes(), *known.memos]} | {"WLD": "aggregate"}
    for key, (_sheet, place, code) in wanted.items():
        if key not in read:
            continue
        row, value = read[key], known.value(*code)
        told = (row.reporter, row.kind, row.currency, row.year, row.months)
        truth = (known.reporter, kinds[key[0]], known.currency, code[2].year, code[2].months)
        if told != truth:
            wrong.append(f"{key}: {told} for {truth}")
        if not _same(row.value, value, blank_allowed=_may_be_blank(case, code)):
            wrong.append(f"{key}: {row.value} for {value}")
        html = "html" in case.layout.file and case.layout.html_titles
        if row.cell != cell_name(*place) and not html:
            wrong.append(f"{key}: in {row.cell} for {cell_name(*place)}")
    return wrong


def blank_groups(case):
    """Return what is printed of groups in rows that hold nothing: such a row may be a heading."""
    groups = {
        node.code for node in [*case.known.nodes(), *case.known.memos] if node.kind == "aggregate"
    }
    found = set()
    for page in (page for file in case.files for page in file.pages):
        rows = defaultdict(list)
        for key, (row, column) in page.places.items():
            table = (
                key[1] if case.layout.flow_at in ("beside", "blocks") else None,
                key[2] if case.layout.period_at == "blocks" else None,
            )
            line = column if case.layout.across else row
            rows[key[0], line, table].append((key, (row, column)))
        for (code, *_), cells in rows.items():
            if code in groups and all(page.cells.get(place) is None for _, place in cells):
                found |= {(code, flow, period.sdmx) for (_, flow, period), _ in cells}
    return found


def _same(read, true, *, blank_allowed):
    if math.isnan(read):
        return true is None or (true == 0 and blank_allowed)
    return true is not None and math.isclose(read, true, rel_tol=1e-12, abs_tol=1e-9)


def _may_be_blank(case, code):
    """Whether nothing printed proves that a cell left blank is no trade.

    A total that lists all its parts proves it, and a turnover that is printed beside.
    """
    layout, known = case.layout, case.known
    if layout.zero != "blank" or known.exact[code] != 0:
        return False
    is_sum = code[0] == "WLD" or any(
        n.under or n.members for n in known.nodes() if n.code == code[0]
    )
    memo = code[0] in {node.code for node in known.memos}
    proved = layout.total and not layout.partial
    return is_sum or memo or not proved


# ── many runs ────────────────────────────────────────────────────────────────────────────

DIMENSIONS = {
    "form": lambda case: case.layout.form,
    "file format": lambda case: case.layout.file,
    "code page": lambda case: case.layout.encoding if "sv" in case.layout.file else None,
    "delimiter": lambda case: repr(case.layout.delimiter) if "sv" in case.layout.file else None,
    "languages": lambda case: " ".join(case.layout.languages),
    "flows": lambda case: " ".join(case.known.flows),
    "flows stand": lambda case: case.layout.flow_at,
    "periods": lambda case: _periods(case.known.periods),
    "periods stand": lambda case: case.layout.period_at,
    "told by (flow)": lambda case: case.layout.flow_told if case.layout.flow_at in SPLIT else None,
    "told by (period)": lambda case: (
        case.layout.period_told if case.layout.period_at in SPLIT else None
    ),
    "unit stands": lambda case: case.layout.unit_at,
    "currency": lambda case: case.known.currency,
    "scale": lambda case: f"10^{case.known.power}",
    "decimals": lambda case: case.known.decimals,
    "header": lambda case: _wide(case, case.layout.header),
    "order of columns": lambda case: _wide(case, case.layout.order),
    "other columns": lambda case: " ".join(case.layout.measures) or None,
    "balance column": lambda case: case.layout.balance or None,
    "growth at the end": lambda case: case.layout.tail or None,
    "partners lie": lambda case: "across" if case.layout.across else "down",
    "labels": lambda case: case.layout.labels,
    "code column": lambda case: case.layout.codes,
    "numbered rows": lambda case: case.layout.numbered or None,
    "rows under a partner": lambda case: case.layout.nest if "under" in _at(case) else None,
    "groups": lambda case: case.layout.groups,
    "memo groups": lambda case: bool(case.known.memos) or None,
    "total": lambda case: case.layout.total or "none",
    "ranked list": lambda case: case.layout.ranked or None,
    "numbers": lambda case: case.layout.style if case.layout.numbers == "text" else "typed",
    "no trade is": lambda case: case.layout.zero,
    "some not reported": lambda case: bool(case.known.unreported) or None,
    "footnotes on": lambda case: case.layout.marks,
    "titles": lambda case: case.layout.titles,
    "noise": lambda case: " + ".join(case.layout.noise) or "none",
    "other sheets": lambda case: case.layout.others,
    "blank rows, columns": lambda case: f"{case.layout.blank_rows}, {case.layout.blank_columns}",
    "numbering row": lambda case: bool(case.layout.numbering) or None,
}
SPLIT = ("sheets", "files", "name")


def _at(case):
    return case.layout.flow_at, case.layout.period_at


def _wide(case, value):
    return value if case.layout.form == "wide" else None


def _periods(periods):
    lengths = sorted({period.months for period in periods})
    return (
        f"{len(periods)} of {'/'.join(map(str, lengths))} months"
        if len(periods) < 3
        else (
            f"several of {'/'.join(map(str, lengths))} months" if len(lengths) < 4 else "cumulative"
        )
    )


def run_one(seed):
    """Run one case; return its seed, dimensions and outcome."""
    try:
        case = random_case(random.Random(seed))
    except Exception as error:
        raise RuntimeError(f"the renderer fails at {seed}") from error
    with tempfile.TemporaryDirectory() as folder:
        what, why = outcome(case, Path(folder))
    told = {name: say(case) for name, say in DIMENSIONS.items()}
    return seed, told, what, why


def run(runs, seed, workers):
    seeds = [f"{seed}/{number}" for number in range(runs)]
    if workers == 1:
        yield from map(run_one, seeds)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(run_one, seeds, chunksize=50)


def kind_of(reason):
    """Take the particulars out of a refusal's reason."""
    reason = reason.split(": ", 1)[-1].partition(". Remedy")[0]
    reason = re.sub(r"«[^»]*»", "«…»", reason)
    return re.sub(r"\d[\d.,]*|column [A-Z]+|\b[A-Z]{3}\b", "#", reason)[:90]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--show", type=int, default=5, help="refusals of each kind to show")
    parser.add_argument("--tables", action="store_true", help="print the table of each dimension")
    given = parser.parse_args()
    counts, by, reasons = Counter(), defaultdict(Counter), defaultdict(list)
    for seed, told, what, why in run(given.runs, given.seed, given.workers):
        counts[what] += 1
        for name, value in told.items():
            if value is not None:
                by[name, str(value)][what] += 1
        if what == "wrong":
            print("WRONG", seed, why)
        if what == "refused":
            reasons[kind_of(why)].append((seed, why))
    print(dict(counts))
    for kind, some in sorted(reasons.items(), key=lambda item: -len(item[1])):
        print(len(some), kind)
        for seed, why in some[: given.show]:
            print("      ", seed, why[:230].replace("\n", " "))
    if given.tables:
        for (name, value), found in sorted(by.items()):
            print(f"| {name} | {value} | {found.total()} | {found['exact']} | {found['refused']} |")
    return 1 if counts["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
