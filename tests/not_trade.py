"""Render sheets of numbers that are no partner table, and count which are taken for one.

    python tests/not_trade.py --runs 10000 --seed 1

prints the table of docs/refusals.md: of each kind of sheet and each mutation, how many were
read as trade. The caller gives the worst: reporter, unit, flow and year, more often than not.
A sheet that is read and says what it is ends the command in status 1.

A sheet with nothing left that says what it is (its titles, its unit and its headers taken away,
bare names and numbers) cannot be told from one of trade by anybody: those are counted apart.
"""

from __future__ import annotations

import argparse
import random
import sys
import tomllib
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from rendering.known import CONTINENTS
from rendering.wording import names

from traderank.reading import Given, read_grids
from traderank.reading.cells import read_unit
from traderank.reading.grid import Grid
from traderank.table import Refused

KINDS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
COUNTRIES = [code for codes in CONTINENTS.values() for code in codes.split()]
REPORTERS = {"en": "Kazakhstan", "ru": "Казахстана"}

#: What stands in the rows of a sheet whose rows are no countries.
ROWS = {
    "sectors": "Agriculture Mining Manufacturing Construction Transport Finance Health Education",
    "products": "01_Живые_животные 02_Meat 10_Cereals 27_Mineral_fuels 72_Iron 84_Machinery TOTAL",
    "regions": "Акмолинская_область Алматинская_область г.Астана Атырауская_область Всего Bayern",
    "ports": "Aktau Актау Kuryk Rotterdam Hamburg Хоргос Достык Итого",
    "modes": "Rail Road Sea Air Pipeline железнодорожный автомобильный Total",
    "budget": "Доходы Налоги Расходы Образование Total Revenue Taxes Defence Сальдо",
    "weather": "Astana Almaty Moscow Beijing Berlin Ташкент Бишкек Алматы",
    "timetable": "Moscow Astana Almaty Beijing Ташкент Berlin Warszawa",
    "noise": "a b c d e f g h 1 2 3 4",
}
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

#: What is done to a sheet; the last words are those that are partly of trade.
MUTATIONS = (
    *("as it is", "no title", "no unit", "title in a note below", "title in the header"),
    *("year headers", "blank headers", "neutral headers", "trade-like headers"),
    *("trade-like sheet name", "trade-like second title", "unit of trade", "codes for names"),
    *("a total that adds up", "everything taken away"),
)
YEARS = {"2021", "2022", "2023"}
NEUTRAL = ["Country", "Страна", "", "Наименование", "Land", "国家", "Pays", "Ülke"]
TRADE_LIKE = {
    "header": ["Partner", "Trading partner", "Страна-партнер", "Торговые партнеры", "Partnerland"],
    "name": ["Trade", "Торговля", "Партнеры", "Trade partners", "Table 5", "Лист1"],
    "title": [
        *("Main trading partners", "Торговые партнеры {r}", "Ministry of trade", "{r}"),
        *("Министерство торговли и интеграции", "Goods", "Товары", "Handelspartner"),
    ],
    "unit": ["thousand USD", "тыс. долларов США", "million USD", "млн. долларов США"],
}


@dataclass
class Sheet:
    """One sheet that is no partner table: its cells, and what is left that says so."""

    kind: str
    mutation: str
    name: str
    rows: list
    given: dict
    is_bare: bool


def random_sheet(rng):
    """Make a sheet of a random kind, changed in a random way."""
    kind, mutation = rng.choice(list(KINDS)), rng.choice(MUTATIONS)
    told = KINDS[kind]
    title, unit = _words(rng, told, mutation)
    heads = _heads(rng, told, mutation)
    labels = _labels(rng, told, title, mutation)
    body = [[label, *_numbers(rng, len(heads) - 1)] for label in labels]
    if told.get("shape") == "matrix":
        body, heads = _matrix(rng, labels, heads[0])
    if mutation == "a total that adds up":
        body.insert(0, ["Total", *map(_sum, list(zip(*body, strict=True))[1:])])
    name = "Sheet1"
    if mutation == "trade-like sheet name":
        name = rng.choice(TRADE_LIKE["name"])
    rows = _laid_out(rng, title, unit, heads, body, mutation)
    bare = _is_bare(told, title, unit, heads)
    return Sheet(kind, mutation, name, rows, _given(rng), bare)


def _words(rng, told, mutation):
    """Choose a title and a unit; a mutation may take them away."""
    year = rng.choice([2019, 2021, 2023])
    title = rng.choice(told["titles"])
    russian = any("а" <= letter <= "я" for letter in title)
    title = title.format(y=year, r=REPORTERS["ru" if russian else "en"])
    unit = rng.choice(told.get("unit", [""]))
    if mutation == "unit of trade":
        unit = rng.choice(TRADE_LIKE["unit"])
    if mutation in ("no unit", "everything taken away"):
        unit = ""
    if mutation in ("no title", "everything taken away"):
        title = ""
    return title, unit


def _heads(rng, told, mutation):
    """Choose the header: several columns that are named, years, or one column."""
    corner = rng.choice(NEUTRAL)
    columns = told.get("heads") or rng.choice([[2021, 2022, 2023], ["2023"], [2023], ["Value"]])
    if told.get("shape") == "weather":
        columns = MONTHS
    if mutation in ("year headers", "everything taken away"):
        columns = [2021, 2022, 2023][-len(columns) :]
    elif mutation == "blank headers":
        corner, columns = "", [""] * len(columns)
    elif mutation == "neutral headers":
        columns = ["Total", "Всего", "Value", "Сумма"][: len(columns)]
    elif mutation == "trade-like headers":
        corner = rng.choice(TRADE_LIKE["header"])
    return [corner, *columns]


def _labels(rng, told, title, mutation):
    """Choose what stands in the rows: countries, or what the shape says."""
    shape = told.get("shape", "countries")
    if shape in ROWS:
        return [word.replace("_", " ") for word in ROWS[shape].split()]
    codes = rng.sample(COUNTRIES, rng.randint(4, 14))
    if mutation == "codes for names":
        return codes
    language = "ru" if any("а" <= letter <= "я" for letter in title.lower()) else "en"
    listed = names()[rng.choice([language, language, "en", "ru", "de"])]
    return [rng.choice(listed.get(code) or names()["en"][code]) for code in codes]


def _numbers(rng, count):
    digits, places = rng.choice([2, 4, 6]), rng.choice([0, 1, 2])
    return [round(rng.random() * 10**digits + 1, places) for _ in range(count)]


def _sum(column):
    return round(sum(value for value in column if not isinstance(value, str)), 2)


def _matrix(rng, labels, corner):
    body = [[label, *_numbers(rng, len(labels))] for label in labels]
    for at, row in enumerate(body):
        row[at + 1] = rng.choice(["", "-", 0, 1])
    return body, [corner, *labels]


def _laid_out(rng, title, unit, heads, body, mutation):
    over = [[line] for line in title.split("|")] + [[unit]]
    if mutation == "trade-like second title":
        over.insert(rng.randint(0, 1), [rng.choice(TRADE_LIKE["title"]).format(r="Kazakhstan")])
    below = []
    if mutation == "title in a note below":
        over, below = [[unit]], [[], *([line] for line in title.split("|"))]
    if mutation == "title in the header" and title:
        over, heads = [[unit]], [heads[0], *([title] + [""] * (len(heads) - 2))]
    rows = [row for row in over if row != [""]] + [heads, *body, *below]
    width = max(map(len, rows))
    return [[*row, *[""] * (width - len(row))] for row in rows]


def _given(rng):
    """Say what the caller gives: everything, more often than not."""
    everything = {"reporter": "KAZ", "unit": "thousand USD", "flow": "export", "year": 2023}
    if rng.random() < 0.7:
        return everything
    return {"reporter": "KAZ"} | {k: v for k, v in everything.items() if rng.random() < 0.6}


def _is_bare(told, title, unit, heads):
    """Tell a sheet in which nothing printed says what its numbers are."""
    neutral = {"2023", "Value", "Total", "Всего", "Сумма", *NEUTRAL, *TRADE_LIKE["header"]}
    names_countries = "shape" not in told
    is_money = unit in ("", "thousand", "million", "тыс.", "млн.") or read_unit(unit) is not None
    return names_countries and is_money and title == "" and {*map(str, heads)} <= neutral | YEARS


# ── the outcome ──────────────────────────────────────────────────────────────────────────


def outcome(sheet):
    """Return ("refused", reason), ("read", how it was taken), or ("crash", error)."""
    grid = Grid("x.xlsx", sheet.name, [[_cell(v) for v in row] for row in sheet.rows])
    given = dict(
        sheet.given, unit=read_unit(sheet.given["unit"]) if "unit" in sheet.given else None
    )
    try:
        reading = read_grids([grid], Given(source="x.xlsx", **given))
    except Refused as refused:
        return "refused", refused.reason
    except Exception as error:
        return "crash", f"{type(error).__name__}: {error}"
    flows = ", ".join(sorted(set(reading.table["flow"])))
    return "read", f"{reading.proof.word}, {flows}"


def _cell(value):
    return float(value) if value.__class__ is int else value


def sheets(seed, runs):
    """Yield random sheets; the same seed makes the same ones."""
    rng = random.Random(seed)
    for _ in range(runs):
        yield random_sheet(rng)


def _count(seed, runs):
    counts, faults = Counter(), []
    for sheet in sheets(seed, runs):
        what, how = outcome(sheet)
        what = "bare" if what == "read" and sheet.is_bare else what
        counts[sheet.kind, sheet.mutation, what] += 1
        if what in ("read", "crash"):
            faults.append((sheet, how))
    return counts, faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    counts, faults, part = Counter(), [], 500
    with ProcessPoolExecutor(2) as pool:
        seeds = range(asked.seed * 1000, asked.seed * 1000 + -(-asked.runs // part))
        for some, more in pool.map(_count, seeds, [part] * len(seeds)):
            counts += some
            faults += more
    _say(counts, faults)
    return bool(faults)


def _say(counts, faults):
    for sheet, how in islice(faults, 40):
        print(f"{sheet.kind} / {sheet.mutation} / given {sorted(sheet.given)}: {how}")
        for row in sheet.rows[:4]:
            print("   ", row[:6])
    for at, what in ((0, "kind of sheet"), (1, "mutation")):
        print(f"\n| {what} | sheets | read as trade | bare, read as told |\n|---|--:|--:|--:|")
        for name in sorted({key[at] for key in counts}):
            mine = _ends({key: n for key, n in counts.items() if key[at] == name})
            print(f"| {name} | {sum(mine.values()):,} | {mine['read']} | {mine['bare']} |")
    print(f"\n{sum(counts.values()):,} sheets of {len(KINDS)} kinds: {_ends(counts)}")


def _ends(counts):
    ends = dict.fromkeys(("refused", "read", "bare", "crash"), 0)
    for (*_, what), count in counts.items():
        ends[what] += count
    return ends


if __name__ == "__main__":
    sys.exit(main())
