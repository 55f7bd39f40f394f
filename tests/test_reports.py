"""Charts of several reports and of the world: each line and column says whose figures it is."""

import pandas as pd
import pytest
from test_measures import ENGINES, row
from test_mirrors import rows

from traderank import (
    Refused,
    ahead_columns,
    count_ahead,
    load_extract,
    load_trade,
    pair_ranks,
    report_lines,
    to_usd,
    value_lines,
    year_before,
)
from traderank.charts.page import COLOURS

FINDING = "Two reports differ"


@pytest.fixture(params=ENGINES)
def engine(request):
    return ENGINES[request.param]


@pytest.fixture(scope="module")
def reports():
    china = load_extract("china-customs", partner="KAZ", flow="export")
    china = to_usd(pd.concat([year_before(china.query("year == 2024")), china]))
    ours = load_trade("KAZ", flow="import").query("partner == 'CHN'")
    united = load_extract("comtrade", reporter="CHN", partner="KAZ", flow="export")
    return {"Kazakhstan": ours, "China's customs": china, "UN Comtrade": united}


# ── several reports ──────────────────────────────────────────────────────────────────────


def test_every_report_is_a_line_and_every_office_is_in_the_source_line(reports):
    chart = report_lines(reports, finding=FINDING)
    assert chart.data["label"].unique().tolist() == list(reports)
    line = chart.source.splitlines()[0]
    for office in ("Bureau of National Statistics of Kazakhstan", "China's customs", "UN Comtrade"):
        assert office in line
    assert "comtrade: 2014–2022" in chart.source


def test_what_nobody_published_is_hollow_and_said_to_be_derived(reports):
    chart = report_lines(reports, finding=FINDING)
    words = [text.get_text().replace("\n", " ") for text in chart.figure.texts]
    (note,) = (text for text in words if text.startswith("Hollow: derived, published by nobody"))
    assert note.endswith("2023).")


def test_two_lines_of_one_country_have_its_colour_and_the_first_is_thicker(reports):
    (ax,) = report_lines(reports, finding=FINDING).figure.axes
    lines = [line for line in ax.lines if line.get_color() == COLOURS["CHN"]]
    widths = [line.get_linewidth() for line in lines if line.get_path_effects()]
    assert sorted(widths) == [1.6, 3.0]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda one: {"A": one["Kazakhstan"]}, "there is one report"),
        (lambda one: one | {"B": load_trade("KAZ")}, '"B" is of several flows'),
        (lambda one: one | {"B": one["Kazakhstan"].assign(currency="KZT")}, "of several currency"),
        (lambda one: one | {"B": one["Kazakhstan"].assign(product="84")}, "of several product"),
    ],
)
def test_reports_that_are_not_of_one_trade_are_refused(reports, change, why):
    with pytest.raises(Refused, match=why):
        report_lines(change(reports), finding=FINDING)


def test_a_report_of_several_partners_is_a_line_for_each():
    early = load_extract("wits-kazakhstan", partner=["RUS", "CHN"], flow="export")
    late = load_trade("KAZ", flow="export").query("partner in ['RUS', 'CHN']")
    chart = report_lines({"": late, "WITS": early}, finding=FINDING)
    lines = {"Russia", "China", "Russia, WITS", "China, WITS"}
    assert set(chart.data["label"]) == lines
    assert chart.data.query("label == 'Russia, WITS' and year == 2010")["value"].isna().all()
    # Each line is drawn whole but for its gap: four pieces of WITS's, two of the Bureau's.
    (ax,) = chart.figure.axes
    spans = [line.get_xdata() for line in ax.lines if len(line.get_xdata()) > 2]
    assert sorted(len(span) for span in spans) == [8, 8, 11, 11, 15, 15]


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_reports_are_drawn_in_every_language(reports, language):
    chart = report_lines(reports, finding=FINDING, language=language)
    assert "trade" not in chart.alt.split("2014")[0]


def test_exports_by_declaration_say_that_they_are():
    listed = load_extract("comext-listed").query("product == 'LISTED'")
    words = " ".join(text.get_text() for text in value_lines(listed, finding=FINDING).figure.texts)
    assert "By declared destination: where goods went on to is not known." in " ".join(
        words.split()
    )
    ours = value_lines(load_trade("KAZ", flow="export"), finding=FINDING)
    assert not any("declared" in text.get_text() for text in ours.figure.texts)


# ── two partners in every country's ranks ────────────────────────────────────────────────


def ranked(reporter, rank, partner, year=2021, **other):
    made = {"reporter": reporter, "rank": rank, "year": year, "period": str(year)}
    return row(partner, 5.0, **made | other)


def test_the_better_rank_is_ahead_and_the_only_one_too(engine):
    trade = [ranked("ARM", 3, "CHN"), ranked("ARM", 1, "RUS"), ranked("FJI", 4, "CHN")]
    trade += [ranked("NRU", 1, "AUS"), ranked("CHN", 2, "RUS")]
    pairs = pair_ranks(engine(trade), "CHN", "RUS")
    found = {one["reporter"]: one["ahead"] for one in rows(with_names(pairs))}
    assert found.pop("NRU") in (None, pytest.approx(float("nan"), nan_ok=True))
    assert found == {"ARM": "RUS", "FJI": "CHN"}


def with_names(pairs):
    """Give the table the column by which the rows are put in order."""
    pairs = pairs.collect() if hasattr(pairs, "collect") else pairs
    pairs = pairs.df() if hasattr(pairs, "df") else pairs
    pairs = pairs if isinstance(pairs, pd.DataFrame) else pd.DataFrame(pairs.to_dicts())
    return pairs.assign(partner="")


def test_the_year_before_is_the_one_reported_before_and_never_a_gap_taken_for_a_rank(engine):
    trade = [ranked("ARM", 1, "RUS", 2018), ranked("ARM", 2, "CHN", 2018)]
    trade += [ranked("ARM", 2, "RUS", 2021), ranked("ARM", 1, "CHN", 2021)]
    first, second = rows(with_names(pair_ranks(engine(trade), "CHN", "RUS")))
    assert pd.isna(first["ahead_before"]) and pd.isna(first["year_before"])
    assert (second["ahead"], second["ahead_before"], second["year_before"]) == ("CHN", "RUS", 2018)


def test_counts_are_of_those_that_reported(engine):
    trade = [ranked("ARM", 1, "RUS"), ranked("FJI", 4, "CHN"), ranked("TON", 4, "CHN")]
    counts = count_ahead(pair_ranks(engine(trade), "CHN", "RUS"))
    made = {one["ahead"]: (one["reporters"], one["share"]) for one in rows(with_flow(counts))}
    assert made == {"CHN": (2, pytest.approx(2 / 3)), "RUS": (1, pytest.approx(1 / 3))}


def with_flow(counts):
    return with_names(counts)


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda: pair_ranks(load_extract("comtrade"), "CHN", "CHN"), "with itself"),
        (lambda: pair_ranks(load_trade("KAZ"), "CHN", "RUS"), "no column rank"),
        (lambda: pair_ranks(load_extract("comtrade"), "CHN", "USA"), "only some of the rows"),
        (lambda: count_ahead(load_trade("KAZ")), "no column ahead"),
        (lambda: ahead_columns(load_trade("KAZ"), finding=FINDING), "not one that pair_ranks left"),
        (
            lambda: ahead_columns(pair_ranks(load_extract("comtrade"), "CHN", "RUS"), finding="x"),
            "more than one flow",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(call, why):
    with pytest.raises(Refused, match=why):
        call()


def test_a_column_is_as_high_as_the_number_of_countries_that_reported():
    pairs = pair_ranks(load_extract("comtrade", flow="export"), "CHN", "RUS")
    chart = ahead_columns(pairs, finding=FINDING)
    heights = chart.data.groupby("year")["reporters"].sum()
    assert (heights[2014], heights[2021], heights[2022]) == (167, 147, 84)
    (ax,) = chart.figure.axes
    tops = {round(bar.get_x() + 0.37): bar.get_y() + bar.get_height() for bar in ax.patches}
    assert tops == heights.to_dict()
    assert "2022: China 68, Russia 16, Total 84." in chart.alt
    assert "UN Comtrade" in chart.source.splitlines()[0]
