"""A table for readers says names, units and source, and never turns little into nothing."""

from html.parser import HTMLParser

import duckdb
import pandas as pd
import polars as pl
import pytest

from traderank import (
    Claim,
    Refused,
    add_turnover,
    check_claim,
    concentration,
    load_trade,
    tabulate,
)
from traderank.charts.words import NO_BREAK

TITLE = "Who trades with Kazakhstan"
TRADE = add_turnover(load_trade("KAZ"))
RIVALS = TRADE.query("partner in ['RUS', 'CHN'] and year in [2021, 2023]")


def row(partner="CHN", **other):
    year = other.get("year", 2023)
    return {
        "partner": partner,
        "flow": "import",
        "year": year,
        "period": str(year),
        "value": 1e9,
        "currency": "USD",
        "vintage": "2024-07-25",
        "status": "final",
        "source": "kaz-2023",
        "proof": "proved",
    } | other


def shown(rows, columns, **options):
    return tabulate(pd.DataFrame(rows), columns, title=TITLE, **options).cells


def one(column, value, **other):
    """How a single figure is written."""
    return shown([row(**{column: value}, **other)], column).iat[0, 0].replace(NO_BREAK, " ")


# ── where things stand ───────────────────────────────────────────────────────────────────


def test_flows_and_partners_stand_beside_each_other_under_their_names():
    table = tabulate(RIVALS, "value", across=["flow", "partner"], title=TITLE)
    assert table.measure == "Value, billion USD"
    assert list(table.cells.columns) == [
        (flow, partner)
        for flow in ("Turnover", "Exports", "Imports")
        for partner in ("Russia", "China")
    ]
    assert table.cells.loc["2023"].tolist() == [
        "27.05",
        "30.06",
        "10.21",
        "14.67",
        "16.85",
        "15.39",
    ]


def test_several_measures_stand_beside_each_other_and_head_their_columns():
    cells = shown([row(rank=1), row("RUS", rank=2)], ["rank", "value"], down="partner")
    assert list(cells.columns) == ["Rank", "Value, billion USD"]
    assert cells.loc["China"].tolist() == ["1", "1.00"]
    cells = shown([row(rank=1), row("RUS", rank=2)], ["rank", "value"], across="partner")
    assert list(cells.columns) == [
        ("China", "Rank"),
        ("China", "Value, billion USD"),
        ("Russia", "Rank"),
        ("Russia", "Value, billion USD"),
    ]


def test_years_stand_in_order_however_the_rows_come():
    rows = [row(year=year) for year in (2023, 2018, 2021)]
    assert shown(rows, "value").index.tolist() == ["2018", "2021", "2023"]


def test_an_edition_without_a_date_stands_last_under_a_dash():
    rows = [row(vintage=None), row(vintage="2024-07-25")]
    assert shown(rows, "value", down="vintage").index.tolist() == ["2024-07-25", "–"]


def test_the_printed_total_is_called_total():
    assert shown([row("WLD")], "value", down="partner").index.tolist() == ["Total"]


def test_what_has_no_row_is_a_dash():
    rows = [row(), row("RUS", year=2022)]
    cells = shown(rows, "value", across="partner")
    assert cells.loc["2022"].tolist() == ["–", "1.00"]


def test_readings_of_a_claim_are_answered_in_words():
    claim = Claim("KAZ", "RUS", 2023, rank=2, behind="CHN")
    readings = check_claim(claim, TRADE, blocs=["EU", "EAEU", ["EU", "CHN_HKG_MAC"]]).readings
    readings = readings.query("flow == 'turnover'")
    cells = tabulate(readings, ["rank", "holds"], down="blocs", title=TITLE).cells
    assert cells.reset_index().to_numpy().tolist() == [
        ["none", "2", "yes"],
        ["EU", "3", "no"],
        ["EAEU", "–", "–"],
        ["EU, China, HK and Macao", "3", "no"],
    ]


def test_concentration_is_shown_by_flow():
    cells = tabulate(concentration(TRADE), "effective_partners", across="flow", title=TITLE).cells
    assert cells.loc["2025"].tolist() == ["8.6", "9.7", "5.5"]


@pytest.mark.parametrize("engine", [pl.from_pandas, duckdb.from_df])
def test_every_engine_gives_the_same_table(engine):
    options = {"across": ["flow", "partner"], "title": TITLE}
    # An SQL engine keeps no order: partners may stand the other way round.
    theirs = tabulate(engine(RIVALS), "value", **options)
    ours = tabulate(RIVALS, "value", **options)
    pd.testing.assert_frame_equal(theirs.cells[ours.cells.columns], ours.cells)
    assert theirs.notes == ours.notes


# ── how figures are written ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("share", 0.24204, "24.2 %"),
        ("share", 0.0004, "<0.1 %"),
        ("share", 0.0, "0.0 %"),
        ("share", None, "–"),
        ("rank", 2, "2"),
        ("rival", "RUS", "Russia"),
        ("holds", True, "yes"),
        ("holds", False, "no"),
        ("holds", None, "–"),
        ("error_to_flip", 0.0525, "5.2 %"),
        ("growth", -0.0204, "−2.0 %"),
        ("growth", 0.381, "+38.1 %"),
        ("contribution", 4.318, "+4.3"),
        ("contribution", -0.01, "0.0"),
        ("hhi", 0.1528, "0.153"),
        ("partners", 204, "204"),
    ],
)
def test_a_figure_is_written_for_readers(column, value, text):
    assert one(column, value) == text


def test_money_is_in_the_unit_of_the_largest_and_little_is_not_nothing():
    rows = [row(value=27.054e9), row("RUS", value=4.9e6), row("ITA", value=0.0), row("DEU")]
    rows[3]["value"] = None
    table = tabulate(pd.DataFrame(rows), "value", across="partner", title=TITLE)
    assert table.measure == "Value, billion USD"
    assert table.cells.iloc[0].tolist() == ["27.05", "<0.01", "0.00", "–"]
    assert shown([row(value=999.0)], "value").columns.tolist() == ["Value, USD"]


# ── what stands below ────────────────────────────────────────────────────────────────────


def test_the_source_stands_below_with_the_weakest_proof():
    rows = [row(year=2024, source="kaz-2024", vintage="2025-07-25", proof="consistent"), row()]
    notes = tabulate(pd.DataFrame(rows), "value", title=TITLE, note="In current dollars.").notes
    assert notes == (
        "In current dollars. Source: Bureau of National Statistics of Kazakhstan, “Main "
        "indicators of the foreign trade of the Republic of Kazakhstan”, editions 2024-07-25 to "
        "2025-07-25; final; proved: 2023, consistent: 2024."
    )


def test_a_table_with_turnover_says_what_turnover_is():
    notes = tabulate(RIVALS, "value", across=["flow", "partner"], title=TITLE).notes
    assert notes.startswith("Turnover is exports (FOB) plus imports (CIF). Source: ")
    imports = RIVALS.query("flow == 'import'")
    assert "Turnover" not in tabulate(imports, "value", across="partner", title=TITLE).notes


# ── how it shows itself ──────────────────────────────────────────────────────────────────


class Cells(HTMLParser):
    """The texts of a table's cells, row by row, each with its tag and its spans."""

    def __init__(self, html):
        super().__init__()
        self.rows = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if tag == "tr":
            self.rows.append([])
        self.open = tag in ("td", "th")
        if self.open:
            spans = found.get("rowspan", "1"), found.get("colspan", "1")
            self.rows[-1].append((tag, *map(int, spans), ""))

    def handle_data(self, text):
        if self.rows and self.open:
            *rest, before = self.rows[-1][-1]
            self.rows[-1][-1] = (*rest, before + text.strip())


def was_first(*years):
    """The readings of whether Russia was first, in each of the years."""
    claims = [Claim("KAZ", "RUS", year, rank=1) for year in years]
    return pd.concat(
        [check_claim(claim, TRADE, others=(), blocs="EU").readings for claim in claims]
    )


def test_headings_that_repeat_are_joined_in_the_notebook():
    readings = was_first(2021, 2023).query("flow != 'export'")
    table = tabulate(
        readings, ["rank", "holds"], down=["blocs", "flow"], across="year", title=TITLE
    )
    head, under, first, second, *_ = Cells(table._repr_html_()).rows
    assert head == [
        ("th", 2, 1, "Counted as one"),
        ("th", 2, 1, "Flow"),
        ("th", 1, 2, "2021"),
        ("th", 1, 2, "2023"),
    ]
    assert [text for *_, text in under] == ["Rank", "Holds"] * 2
    assert first[:3] == [("th", 2, 1, "none"), ("th", 1, 1, "Turnover"), ("td", 1, 1, "1")]
    assert second[:2] == [("th", 1, 1, "Imports"), ("td", 1, 1, "1")]


def test_equal_headings_under_different_ones_stay_apart():
    table = tabulate(
        was_first(2023).query("flow == 'import'"), "rank", down=["blocs", "flow"], title=TITLE
    )
    assert [[text for *_, text in cells] for cells in Cells(table._repr_html_()).rows[1:]] == [
        ["none", "Imports", "1"],
        ["EU", "Imports", "1"],
    ]


def test_every_row_of_the_notebook_is_as_wide_as_the_table():
    table = tabulate(RIVALS, ["value"], across=["flow", "partner"], title=TITLE)
    rows = Cells(table._repr_html_()).rows
    waiting, widths = 0, []
    for cells in rows[:2]:
        widths.append(waiting + sum(columns for _, _, columns, _ in cells))
        waiting = sum(columns for _, down, columns, _ in cells if down > 1)
    assert {*widths, *map(len, rows[2:])} == {7}


def test_text_is_shown_as_text_and_not_as_html():
    table = tabulate(pd.DataFrame([row()]), "value", title="A <b> & more", note="<script>")
    html = table._repr_html_()
    assert "A &lt;b&gt; &amp; more" in html and "&lt;script&gt;" in html
    assert "<b>" not in html and "<script>" not in html
    assert "A <b> & more" in repr(table)


def test_no_date_is_broken_at_the_end_of_a_line():
    html = tabulate(pd.DataFrame([row()]), "value", down="vintage", title=TITLE)._repr_html_()
    assert html.count('<span style="white-space: nowrap">2024-07-25</span>') == 2


# ── what is refused ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("rows", "columns", "options", "reason"),
    [
        ([row()], "value", {"title": " "}, "has no title"),
        ([row()], "cell", {}, "cell cannot be shown"),
        ([row()], "value", {"down": "proof"}, "proof cannot be shown"),
        ([row()], "rank", {}, "has no column rank"),
        ([row(), row(flow="export")], "value", {}, "several rows stand for year 2023"),
        (
            [row(), row("RUS", currency="EUR")],
            "value",
            {"across": "partner"},
            "money is in EUR, USD",
        ),
    ],
)
def test_what_cannot_be_shown_is_refused(rows, columns, options, reason):
    with pytest.raises(Refused, match=reason):
        tabulate(pd.DataFrame(rows), columns, **{"title": TITLE} | options)


def test_a_table_without_rows_is_refused():
    with pytest.raises(Refused, match="has no rows"):
        tabulate(RIVALS.query("year == 1900"), "value", across="flow", title=TITLE)
