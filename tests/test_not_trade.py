"""Sheets of numbers that are no partner table never come out as trade, whatever the caller says."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from not_trade import KINDS, MUTATIONS, outcome, sheets

from traderank.reading import Given, read_grids
from traderank.reading.cells import read_unit
from traderank.reading.grid import Grid
from traderank.table import Refused

RUNS = 1_500
EVERYTHING = {"reporter": "KAZ", "unit": "thousand USD", "flow": "export", "year": 2023}
PARTNERS = ["Germany", "Italy", "China", "Türkiye", "Japan", "India"]


def read(rows, sheet="Sheet1", **given):
    """Read a sheet of which the caller says everything."""
    given = EVERYTHING | given
    width = max(map(len, rows))
    grid = Grid("x.xlsx", sheet, [row + [""] * (width - len(row)) for row in rows])
    unit = given["unit"] and read_unit(given["unit"])
    return read_grids([grid], Given(source="x.xlsx", **given | {"unit": unit}))


def reason(rows, sheet="Sheet1", **given):
    with pytest.raises(Refused) as refused:
        read(rows, sheet, **given)
    assert refused.value.remedy
    return refused.value.reason


def table(*titles, head="2023", note=None):
    """Return partners and numbers under some titles."""
    rows = [[title] for title in titles] + [["Country", head]]
    rows += [[name, float(7 + 3 * at * at)] for at, name in enumerate(PARTNERS)]
    return rows + ([[], [note]] if note else [])


# ── a rate, over many kinds of sheets ────────────────────────────────────────────────────


def test_no_sheet_that_says_what_it_is_comes_out_as_trade():
    ends, wrong = Counter(), []
    for sheet in sheets(20_261_125, RUNS):
        what, how = outcome(sheet)
        ends[what, sheet.is_bare] += 1
        if what == "crash" or (what == "read" and not sheet.is_bare):
            wrong.append((sheet.kind, sheet.mutation, sheet.rows[:3], how))
    assert wrong == []
    assert ends["refused", False] > 0.9 * RUNS


def test_the_sheets_are_of_many_kinds_and_each_is_changed_in_each_way():
    made = [(sheet.kind, sheet.mutation) for sheet in sheets(20_261_125, RUNS)]
    assert len({kind for kind, _ in made}) == len(KINDS) >= 40
    assert {mutation for _, mutation in made} == set(MUTATIONS)


@pytest.mark.parametrize("where", ["over the unit", "alone", "under a year"])
def test_no_title_of_something_else_is_read_whatever_the_caller_says(where):
    titles = Path(__file__).with_name("not_trade_titles.txt").read_text("utf-8").splitlines()
    given = {"unit": None} if where == "over the unit" else {}
    read_as_trade = []
    for title in titles:
        lines = {"over the unit": [title, "thousand USD"], "under a year": ["2023", title]}
        try:
            read(table(*lines.get(where, [title])), **given)
            read_as_trade.append(title)
        except Refused:
            pass
    assert len(titles) > 190
    assert read_as_trade == []


# ── what keeps them out: each rule by itself ─────────────────────────────────────────────


def test_bare_names_and_numbers_are_read_on_the_callers_word_and_stay_unproved():
    reading = read(table())
    assert reading.proof.word == "unproved"
    assert len(reading.table) == len(PARTNERS)


@pytest.mark.parametrize(
    ("titles", "why"),
    [
        (["Exports of services by country"], "a table of services"),
        (["Импорт нефти по странам"], "a table of one product"),
        (["Honey", "Exports by country"], "a table of one product"),
        (["Exports of vellum by country"], "«vellum» beside the word of trade is not known"),
        (["Vellum exports"], "«vellum» beside the word of trade is not known"),
        (["Экспорт пергамента"], "«пергамента» beside the word of trade is not known"),
        (["Exports to penitent countries"], "«penitent» beside the word of trade is not known"),
        (["Exports of goods for notaries"], "«notaries» beside the word of trade is not known"),
        (["Military exports"], "«military» beside the word of trade is not known"),
        (["Notariats in foreign trade"], "«notariats» beside the word of trade is not known"),
        (["Growth of exports by country"], "a table of growth, not of the value of trade"),
        (["Trade balance by country"], "a table of balances, not of the value of trade"),
        (["Re-exports by country"], "a table of re-exports, not of the value of trade"),
        (["Exports by country, tonnes"], "a table of weights, not of the value of trade"),
        (["Exports by country", "2015 = 100"], "a table of growth, not of the value of trade"),
        (["Exports by country", "%"], "a table of shares, not of the value of trade"),
        (["Share of exports by country", "thousand USD"], "a table of shares"),
        (["Patent applications by country, 2023"], "nothing printed here says that this is trade"),
        (["Main trading partners", "Vellum"], "nothing printed here says that this is trade"),
        (["Exports by country", "persons"], "no unit of money is printed, and this may be another"),
        (["units"], "no unit of money is printed, and this may be another unit"),
        (["Exports of Georgia by country"], "the title names GEO, but the reporter given is KAZ"),
    ],
)
def test_a_title_that_says_something_else_keeps_a_table_out(titles, why):
    given = {"unit": None} if "thousand USD" in titles else {}
    assert why in reason(table(*titles), **given)


def test_a_header_a_note_and_the_sheets_name_keep_a_table_out_too():
    assert "nothing printed here says that this is trade" in reason(table(head="Spindles"))
    assert "«vellum» beside the word of trade" in reason(table(head="Exports of vellum"))
    for note in ("Patent applications, 2023", "Re-exports by country", "Exports of vellum"):
        assert "nothing printed here says that this is trade" in reason(table(note=note))
    assert "the sheet is named «Spindles», and nothing printed" in reason(table(), "Spindles")
    assert "the sheet is named «GDP»: this is money" in reason(table(), "GDP")


def test_countries_across_and_down_are_no_table_of_one_reporter():
    rows = [["", *PARTNERS]]
    rows += [[name, *range(at, at + len(PARTNERS))] for at, name in enumerate(PARTNERS)]
    rows = [[float(v) if v.__class__ is int else v for v in row] for row in rows]
    assert "countries stand over the columns and beside the rows" in reason(rows)


@pytest.mark.parametrize(
    "titles",
    [
        ["Main indicators of the external trade of Kazakhstan", "Committee on archives"],
        ["Основные показатели внешней торговли Республики Казахстан", "Комитет архивов"],
        ["Географическое распределение экспорта товаров"],
        ["Total exports of goods to the countries of the world, million USD"],
        ["Структура экспорта по странам, тыс. долларов США"],
        ["Qazaqstan", "Қазақстан Республикасының экспорты, млн. долларов США"],
        ["Ausfuhr nach Bestimmungsländern, Mio. USD", "Statistisches Bundesamt"],
    ],
)
def test_titles_of_true_tables_keep_none_out(titles):
    has_unit = any(read_unit(title) for title in titles)
    assert len(read(table(*titles), **{"unit": None} if has_unit else {}).table) == len(PARTNERS)


def test_what_stands_over_a_column_of_growth_is_said_of_that_column():
    rows = [["Country", "2023", "growth rate of spindles, %"]]
    rows += [[name, float(at + 5), 100.0 + at] for at, name in enumerate(PARTNERS)]
    assert len(read(rows).table) == len(PARTNERS)


def test_shares_without_values_are_refused():
    assert reason(table(head="share of exports, %")) == "no values are printed here"


# ── sums that are none ───────────────────────────────────────────────────────────────────


def noise(rng, rows, columns, places):
    """Return names of partners beside random numbers, as wide as trade is."""
    from not_trade import COUNTRIES

    numbers = np.round(np.exp(rng.normal(8, 3, (rows, columns))), places)
    names = [COUNTRIES[at] for at in rng.choice(len(COUNTRIES), rows, replace=False)]
    years = [float(2024 - columns + at) for at in range(columns)]
    body = [[name, *map(float, row)] for name, row in zip(names, numbers, strict=True)]
    return [["Exports by country, thousand USD"], ["Country", *years], *body]


def test_no_sum_is_found_in_numbers_that_are_noise():
    rng, believed = np.random.default_rng(7), []
    for _ in range(150):
        rows = noise(
            rng, int(rng.integers(8, 90)), int(rng.integers(1, 6)), int(rng.integers(0, 3))
        )
        proof = read(rows, unit=None, flow=None, year=None).proof
        if proof.checks:
            believed.append(str(proof))
    assert believed == []
