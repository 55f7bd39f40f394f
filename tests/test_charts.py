import base64
import io
import re
import subprocess
import sys
import tomllib
import warnings
from itertools import combinations, pairwise
from pathlib import Path

import duckdb
import matplotlib as mpl
import numpy as np
import pandas as pd
import polars as pl
import pytest
import tidyrows
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import font_manager
from matplotlib.colors import to_hex
from matplotlib.text import Text
from PIL import Image

from traderank import (
    Refused,
    add_contribution,
    add_rank,
    add_share,
    add_turnover,
    concentration,
    concentration_lines,
    contribution_bars,
    flow_panels,
    load_trade,
    merge_blocs,
    rank_lines,
    reporter_panels,
    share_lines,
    value_bars,
    value_lines,
)
from traderank.charts.labels import spread
from traderank.charts.page import COLOURS, GREY
from traderank.charts.periods import place, read_period

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "traderank" / "charts"
NAN = float("nan")
FIRST = ["RUS", "CHN", "ITA", "NLD", "TUR", "FRA", "UZB", "DEU", "USA", "ROU", "GRC", "KOR"]
FIRST += ["JPN", "IND", "ESP", "IRL", "GBR", "KGZ"]
FINDING = "China passed Russia"

# ---- tables, and the forms that draw them


def row(partner, year, value, **other):
    return tidyrows.row(partner, value, **{"year": year, "source": "stat.xlsx"} | other)


def series(years, **partners):
    """A table of one value per partner and year, with a total, ranks and shares."""
    rows = [
        row(partner, year, value)
        for partner, values in partners.items()
        for year, value in zip(years, values, strict=True)
        if value is not None
    ]
    totals = [row("WLD", year, 1e10) for year in years]
    return measured(pd.DataFrame(rows + totals))


def measured(trade):
    return add_contribution(add_share(add_rank(trade)))


@pytest.fixture(scope="module")
def kazakhstan():
    """Twenty partners of the shipped table, measured among all."""
    trade = measured(add_turnover(load_trade("KAZ")))
    return trade[trade["partner"].isin([*FIRST, "MLT", "WLD"])].reset_index(drop=True)


PARTNER_FORMS = [rank_lines, share_lines, value_lines, value_bars, contribution_bars]
DRAWN = {
    rank_lines: "rank",
    share_lines: "share",
    value_lines: "value",
    value_bars: "value",
    contribution_bars: "contribution",
}


def draw(form, trade, **options):
    if form is concentration_lines:
        trade = concentration(trade)
    elif form is not flow_panels:
        options = {"flow": "turnover"} | options
    return form(trade, **{"finding": FINDING} | options)


EVERY_FORM = [*PARTNER_FORMS, flow_panels, concentration_lines]


def texts(chart):
    return [text for text in chart.figure.findobj(Text) if text.get_text() and text.get_visible()]


def said(chart):
    return [text.get_text().replace("\n", " ") for text in texts(chart)]


def lines(chart, colour, panel=0):
    """The unbroken stretches of a line, as lists of points, leaders and edges left out."""
    ax = chart.figure.axes[panel]
    return [
        list(zip(line.get_xdata(), line.get_ydata(), strict=True))
        for line in ax.lines
        if to_hex(line.get_color()) == colour and line.get_transform() == ax.transData
    ]


# ---- what no chart goes without


@pytest.mark.parametrize("form", EVERY_FORM)
@pytest.mark.parametrize("finding", [None, "", " \n"])
def test_chart_without_a_finding_is_refused(form, finding, kazakhstan):
    with pytest.raises(Refused, match="no finding"):
        draw(form, kazakhstan, finding=finding)
    with pytest.raises(TypeError, match="finding"):
        form(kazakhstan)


@pytest.mark.parametrize("form", [rank_lines, share_lines, contribution_bars])
def test_table_without_the_measure_is_refused_with_what_makes_it(form):
    trade = load_trade("KAZ", flow="export")
    with pytest.raises(Refused, match=rf"no column {DRAWN[form]}.*add_{DRAWN[form]}\(trade\)"):
        form(trade, finding=FINDING)


def test_concentration_is_not_drawn_from_the_table_it_is_measured_on(kazakhstan):
    with pytest.raises(Refused, match=r"no column hhi.*concentration\(trade\)"):
        concentration_lines(kazakhstan, column="hhi", finding=FINDING)


@pytest.mark.parametrize("form", EVERY_FORM)
def test_source_line_names_office_table_editions_status_and_proof(form, kazakhstan):
    chart = draw(form, kazakhstan)
    line = chart.source.splitlines()[0]
    assert line in said(chart)
    assert line.startswith(
        "Source: Bureau of National Statistics of Kazakhstan, “Main indicators of the foreign trade"
    )
    assert line.endswith("2026-07-27; final; proved.")
    drawn = set(chart.data["source"])
    assert drawn <= set(re.findall(r"^(kaz-\d+): ", chart.source, re.MULTILINE))


def test_source_line_says_from_when_to_when_the_editions_are(kazakhstan):
    line = draw(rank_lines, kazakhstan).source.splitlines()[0]
    assert "editions 2020-08-13 to 2026-07-27" in line
    one = kazakhstan[kazakhstan["year"] == 2023]
    assert "edition of 2024-07-25;" in draw(value_bars, one).source


def test_contributions_name_the_edition_of_the_year_before_too(kazakhstan):
    chart = draw(contribution_bars, kazakhstan, period=2024)
    assert "editions 2024-07-25 to 2025-07-25" in chart.source


def test_source_line_states_the_weakest_word_of_each_period(kazakhstan):
    trade = kazakhstan.copy()
    trade.loc[trade["year"] == 2024, "proof"] = "unproved"
    weak = (trade["partner"] == "MLT") & (trade["year"] == 2025)
    trade.loc[weak, "proof"] = None
    trade.loc[weak, "status"] = "preliminary"
    line = draw(rank_lines, trade).source.splitlines()[0]
    assert weak.any()
    assert "; final: 2018–2024, preliminary: 2025; " in line
    assert line.endswith("proved: 2018–2023, unproved: 2024, proof not stated: 2025.")


def test_undeclared_file_is_named_in_the_source_line_and_a_declared_one_by_its_office():
    trade = series([2022, 2023], RUS=[2e9, 1e9], CHN=[1e9, 3e9])
    assert "Source: stat.xlsx (office not declared" in rank_lines(trade, finding=FINDING).source
    sources = {"stat.xlsx": {"office": "Statistics Office", "title": "Trade by country"}}
    chart = rank_lines(trade, finding=FINDING, sources=sources)
    assert chart.source.startswith("Source: Statistics Office, “Trade by country”, edition of")


def test_figures_of_two_offices_are_not_one_chart():
    trade = series([2022, 2023], RUS=[2e9, 1e9])
    trade.loc[trade["year"] == 2023, "source"] = "other"
    sources = {"stat.xlsx": {"office": "One"}, "other": {"office": "Another"}}
    with pytest.raises(Refused, match="several offices: One; Another"):
        rank_lines(trade, finding=FINDING, sources=sources)


def test_row_without_a_source_is_refused():
    trade = series([2022, 2023], RUS=[2e9, 1e9])
    trade.loc[0, "source"] = None
    with pytest.raises(Refused, match="no source"):
        rank_lines(trade, finding=FINDING)


# ---- what one chart cannot show


def test_period_in_two_vintages_is_refused():
    trade = add_rank(load_trade("KAZ", flow="export", vintages="all"))
    with pytest.raises(Refused, match="2019 is in the table in several vintages"):
        rank_lines(trade, finding=FINDING)


@pytest.mark.parametrize(
    ("column", "word", "form"),
    [
        ("reporter", "UZB", rank_lines),
        ("product", "2709", share_lines),
        ("currency", "KZT", value_lines),
    ],
)
def test_two_reporters_products_or_currencies_are_refused(column, word, form):
    trade = series([2022, 2023], RUS=[2e9, 1e9], CHN=[1e9, 3e9])
    trade.loc[trade["year"] == 2023, column] = word
    with pytest.raises(Refused, match=f"more than one {column}: .*{word}"):
        form(trade, finding=FINDING)


def test_ranks_do_not_mind_a_change_of_currency_between_years():
    trade = series([2022, 2023], RUS=[2e9, 1e9], CHN=[1e9, 3e9])
    trade.loc[trade["year"] == 2023, "currency"] = "KZT"
    assert len(rank_lines(trade, finding=FINDING).data) == 4


def test_flow_has_to_be_named_where_there_are_several(kazakhstan):
    with pytest.raises(Refused, match=r"several flows.*turnover, export, import"):
        rank_lines(kazakhstan, finding=FINDING)
    with pytest.raises(Refused, match=r"no flow 're-export'.*export, import, turnover"):
        rank_lines(kazakhstan, finding=FINDING, flow="re-export")
    with pytest.raises(Refused, match=r"one flow.*rank_lines"):
        flow_panels(kazakhstan[kazakhstan["flow"] == "export"], finding=FINDING)


def test_years_and_months_of_them_are_not_drawn_together():
    trade = series([2022, 2023], RUS=[2e9, 1e9])
    month = trade[trade["year"] == 2023].assign(period="2023-M01", months=1)
    with pytest.raises(Refused, match="2023-M01 and 2023 overlap"):
        rank_lines(pd.concat([trade, month]), finding=FINDING)


@pytest.mark.parametrize("options", [{"partners": ["ZZZ"]}, {"top": 0.5}, {"top": True}])
def test_what_cannot_be_picked_is_refused(options, kazakhstan):
    with pytest.raises(Refused, match=r"ZZZ|not a number of partners"):
        draw(rank_lines, kazakhstan, **options)


def test_table_with_nothing_to_draw_is_refused():
    trade = series([2022, 2023], RUS=[2e9, 1e9])
    with pytest.raises(Refused, match="no rows"):
        rank_lines(trade[:0], finding=FINDING)
    with pytest.raises(Refused, match="no rank to draw"):
        rank_lines(trade.assign(rank=pd.NA), finding=FINDING)


@pytest.mark.parametrize("period", ["2023-M13", "2023-Q0", "2023-01", "2023-05-01/P10M", "soon"])
def test_period_that_is_none_is_refused(period):
    with pytest.raises(Refused, match="is not a period"):
        read_period(period)


# ---- parts of a year, preliminary figures, gaps


def test_value_of_a_part_of_a_year_is_never_drawn_beside_a_years():
    trade = series([2022, 2023], RUS=[2e9, 1e9])
    trade.loc[trade["year"] == 2023, ["period", "months"]] = ["2023-01-01/P10M", 10]
    with pytest.raises(Refused, match="mixes years and parts of a year"):
        value_lines(trade, finding=FINDING)
    chart = value_bars(trade, finding=FINDING)
    assert "2023 (January–October)" in chart.alt
    assert "Hollow: part of a year (January–October 2023)." in " ".join(said(chart))


def hollow(chart):
    """Where hollow points of the main axes stand."""
    found = set()
    for points in chart.figure.axes[0].collections:
        for (x, _), face in zip(points.get_offsets(), points.get_facecolors(), strict=True):
            if to_hex(face) == "#ffffff":
                found.add(float(x))
    return found


def test_part_of_a_year_is_hollow_and_said_to_be_one():
    trade = series([2021, 2022, 2023], RUS=[2e9, 2e9, 1e9], CHN=[1e9, 1e9, 3e9])
    trade.loc[trade["year"] == 2023, ["period", "months"]] = ["2023-01-01/P10M", 10]
    chart = rank_lines(trade, finding=FINDING)
    assert hollow(chart) == {2023.0}
    assert "2021–2023 (2023: January–October)" in chart.alt
    assert "2023 Jan–Oct" in said(chart)
    assert "Hollow: part of a year (January–October 2023)." in said(chart)


def test_preliminary_points_are_hollow_and_said_to_be_so():
    trade = series([2022, 2023], RUS=[2e9, 1e9], CHN=[1e9, 3e9])
    assert hollow(share_lines(trade, finding=FINDING)) == set()
    trade.loc[trade["year"] == 2023, "status"] = "preliminary"
    chart = share_lines(trade, finding=FINDING)
    assert hollow(chart) == {2023.0}
    assert "Hollow: preliminary (2023)." in said(chart)
    assert "final: 2022, preliminary: 2023" in chart.source


def test_preliminary_bars_are_hollow():
    trade = series([2023], RUS=[2e9], CHN=[1e9]).assign(status="preliminary")
    bars = value_bars(trade, finding=FINDING).figure.axes[0].patches
    assert {to_hex(bar.get_facecolor()) for bar in bars} == {"#ffffff"}
    assert [to_hex(bar.get_edgecolor()) for bar in bars] == [COLOURS["RUS"], COLOURS["CHN"]]


@pytest.mark.parametrize("form", [rank_lines, share_lines, value_lines])
def test_gap_is_neither_bridged_nor_zero(form):
    years = [2017, 2018, 2019, 2020, 2022, 2023]
    china = [1e9, NAN, 2e9, 3e9, 4e9, None]
    trade = series(years, CHN=china, RUS=[5e9] * 6)
    stretches = lines(form(trade, finding=FINDING), COLOURS["CHN"])
    assert [[x for x, _ in points] for points in stretches] == [[2017], [2019, 2020], [2022]]
    assert all(y > 0 for points in stretches for _, y in points)


def test_point_between_two_gaps_is_seen_though_it_has_no_line():
    years = [*range(1990, 2024)]
    china = [1e9 if year in (2000, 2010) else NAN for year in years]
    chart = share_lines(series(years, CHN=china, RUS=[5e9] * len(years)), finding=FINDING)
    points = [tuple(xy) for p in chart.figure.axes[0].collections for xy in p.get_offsets()]
    assert (2000.0, 10.0) in points


def test_label_of_a_line_that_ends_early_says_when():
    trade = series([2022, 2023], RUS=[2e9, 1e9], CHN=[1e9, NAN])
    assert "China 10.0\xa0% (2022)" in said(share_lines(trade, finding=FINDING))


def test_missing_bar_is_said_to_be_not_reported():
    trade = series([2022, 2023], RUS=[2e9, 1e9], CHN=[1e9, NAN])
    chart = value_bars(trade, finding=FINDING)
    assert "not reported" in said(chart) and len(chart.figure.axes[0].patches) == 1


def test_what_is_small_is_not_written_as_nothing():
    trade = series([2022, 2023], RUS=[9e9, 9e9], CHN=[2e6, 0])
    assert "0.02\xa0% (2022), 0.0\xa0% (2023)" in share_lines(trade, finding=FINDING).alt
    assert "China: −0.02 (2023)" in contribution_bars(trade, finding=FINDING).alt


# ---- who is drawn


def test_first_of_the_last_period_and_the_rivals_and_the_named_are_drawn():
    trade = series(
        [2022, 2023], ITA=[1, 9], DEU=[9, 8], FRA=[8, 7], RUS=[7, 2], CHN=[6, 1], TUR=[5, 3]
    )
    chart = rank_lines(trade, finding=FINDING, top=2, partners=["TUR"])
    assert chart.data["partner"].unique().tolist() == ["ITA", "DEU", "TUR", "RUS", "CHN"]
    assert rank_lines(trade, finding=FINDING, top=0).data["partner"].nunique() == 2


def test_all_partners_of_a_tie_are_drawn():
    trade = series([2023], ITA=[9], DEU=[8], FRA=[8], TUR=[7])
    for form in (rank_lines, share_lines):
        chart = form(trade, finding=FINDING, top=2)
        assert set(chart.data["partner"]) == {"ITA", "DEU", "FRA"}


def test_filtered_table_is_drawn_with_the_ranks_of_the_whole(kazakhstan):
    trade = kazakhstan[kazakhstan["partner"].isin(["DEU", "KOR"])]
    chart = draw(rank_lines, trade, flow="import")
    last = chart.data[chart.data["year"] == 2025].set_index("partner")["rank"]
    assert last.to_dict() == {"DEU": 3, "KOR": 4}


def test_data_are_the_rows_drawn_with_their_sheets_and_cells(kazakhstan):
    data = draw(rank_lines, kazakhstan, flow="import").data
    here = ["partner", "year", "value", "rank", "source", "sheet", "cell", "vintage", "proof"]
    china = data.query("partner == 'CHN' and year == 2023")[here].values.tolist()
    whole = kazakhstan.query("flow == 'import' and partner == 'CHN' and year == 2023")
    assert china == whole[here].values.tolist()
    assert china[0][4:7] == ["kaz-2023", "2023", "F76"]
    assert data["label"].unique()[:2].tolist() == ["Russia", "China"]


def test_bars_that_are_left_out_are_summed_into_all_others(kazakhstan):
    data = draw(contribution_bars, kazakhstan, top=3).data.set_index("label")["contribution"]
    assert data.drop("Total").sum() == pytest.approx(data["Total"])
    assert data.index[-2:].tolist() == ["All others", "Total"]
    untold = kazakhstan[kazakhstan["partner"] != "WLD"]
    assert "Total" not in set(draw(contribution_bars, untold).data["label"])


def test_bars_stand_in_the_order_of_their_values(kazakhstan):
    chart = draw(contribution_bars, kazakhstan)
    drawn = chart.data["contribution"].tolist()[:-2]
    assert drawn == sorted(drawn, reverse=True)
    assert [bar.get_width() for bar in chart.figure.axes[0].patches][:-2] == pytest.approx(drawn)


def test_earlier_period_is_marked_on_the_bars_and_said(kazakhstan):
    chart = draw(value_bars, kazakhstan, since=2021)
    assert "billion USD, 2025 (bars) and 2021 (marks)" in chart.alt and "2021" in said(chart)
    marked = chart.data[chart.data["year"] == 2021]["value"] / 1e9
    (marks,) = chart.figure.axes[0].collections
    assert [path[0][0] for path in marks.get_segments()] == pytest.approx(marked.tolist())
    with pytest.raises(Refused, match="no period 2001"):
        draw(value_bars, kazakhstan, since=2001)


@pytest.mark.parametrize("form", EVERY_FORM)
def test_input_is_left_alone(form, kazakhstan):
    before = kazakhstan.copy()
    draw(form, kazakhstan)
    pd.testing.assert_frame_equal(kazakhstan, before)


ENGINES = {
    "polars": pl.from_pandas,
    "polars lazy": lambda trade: pl.from_pandas(trade).lazy(),
    "duckdb": lambda trade: duckdb.connect().from_arrow(pl.from_pandas(trade).to_arrow()),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("form", [rank_lines, contribution_bars, flow_panels, concentration_lines])
def test_table_of_any_engine_gives_the_same_chart(form, engine, kazakhstan):
    trade = ENGINES[engine](kazakhstan[kazakhstan["year"] >= 2021])
    if form is concentration_lines:
        trade = concentration(trade)
    options = {} if form in (flow_panels, concentration_lines) else {"flow": "turnover"}
    chart = form(trade, finding=FINDING, **options)
    same = draw(form, kazakhstan[kazakhstan["year"] >= 2021])
    assert (chart.alt, chart.source) == (same.alt, same.source)
    pd.testing.assert_frame_equal(chart.data, same.data, check_dtype=False)


# ---- axes, colours, the rule


def test_ranks_are_whole_numbers_with_1_on_top(kazakhstan):
    for form in (rank_lines, flow_panels):
        ax = draw(form, kazakhstan).figure.axes[0]
        bottom, top = ax.get_ylim()
        assert bottom > top and top == 0.5
        ticks = [label.get_text() for label in ax.get_yticklabels()]
        assert ticks[0] == "1" and all(tick.isdigit() for tick in ticks)


@pytest.mark.parametrize("form", [share_lines, value_lines, concentration_lines])
def test_axis_starts_at_zero_and_ends_above_what_is_drawn(form, kazakhstan):
    ax = draw(form, kazakhstan).figure.axes[0]
    low, high = ax.get_ylim()
    assert low == 0 < high
    assert ax.get_yticks()[0] == 0
    drawn = [
        y for line in ax.lines if line.get_transform() == ax.transData for y in line.get_ydata()
    ]
    assert max(drawn) <= high


def test_percent_signs_stand_at_the_axis(kazakhstan):
    ax = draw(share_lines, kazakhstan).figure.axes[0]
    ticks = [label.get_text() for label in ax.get_yticklabels()]
    assert ticks == [f"{share}\xa0%" for share in (0, 5, 10, 15, 20, 25)]


@pytest.mark.parametrize("form", [*PARTNER_FORMS, flow_panels])
def test_russia_and_china_have_their_colours_in_every_form(form, kazakhstan):
    chart = draw(form, kazakhstan)
    ax = chart.figure.axes[0]
    drawn = [*(line.get_color() for line in ax.lines if line.get_linewidth() > 1)]
    drawn += [bar.get_facecolor() for bar in ax.patches]
    assert {COLOURS["RUS"], COLOURS["CHN"]} <= {to_hex(colour) for colour in drawn}
    for name, code in (("Russia", "RUS"), ("China", "CHN")):
        (label,) = [text for text in ax.texts if text.get_text().split()[0] == name]
        assert to_hex(label.get_color()) == COLOURS[code]


def luminance(colour):
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def test_colours_can_be_told_apart_in_grey_and_read_on_white():
    lightness = [116 * luminance(c) ** (1 / 3) - 16 for c in (COLOURS["RUS"], COLOURS["CHN"], GREY)]
    assert all(other - one >= 20 for one, other in pairwise(lightness))
    assert all(1.05 / (luminance(colour) + 0.05) >= 4.5 for colour in COLOURS.values())


def rules(chart):
    return [
        line
        for ax in chart.figure.axes
        for line in ax.lines
        if list(line.get_xdata()) == [2021.5, 2021.5]
    ]


def test_one_rule_between_2021_and_2022_is_labelled_once(kazakhstan):
    assert len(rules(draw(rank_lines, kazakhstan))) == 1
    panels = draw(flow_panels, kazakhstan)
    assert len(rules(panels)) == 3 and said(panels).count("from 2022 →") == 1


def test_label_of_a_rule_near_the_edge_stands_on_its_other_side():
    years = range(1996, 2023)
    trade = series(years, RUS=[2e9] * 27, CHN=[1e9] * 27)
    chart = rank_lines(trade, finding=FINDING)
    (label,) = [text for text in texts(chart) if text.get_text() == "from 2022 →"]
    assert label.get_ha() == "right"
    assert_well_set(chart)


def test_no_rule_where_it_would_part_nothing(kazakhstan):
    for there in (kazakhstan["year"] <= 2021, kazakhstan["year"] >= 2022):
        chart = draw(rank_lines, kazakhstan[there])
        assert rules(chart) == [] and "from 2022 →" not in said(chart)


def test_months_lie_within_their_year_and_the_rule_before_january():
    assert place(["2021-M12", "2022-M01"]) == pytest.approx(
        {"2021-M12": 2021.5 - 1 / 24, "2022-M01": 2021.5 + 1 / 24}
    )


# ---- nothing collides, nothing is cut off


@pytest.mark.parametrize("form", [rank_lines, share_lines, value_lines])
def test_labels_stand_at_their_lines_ends_where_there_is_room(form):
    trade = series([2022, 2023], RUS=[2e9, 2e9], CHN=[1e9, 6e9], ITA=[5e9, 9e9])
    chart = form(trade, finding=FINDING)
    ax = chart.figure.axes[0]
    size = {rank_lines: 1, share_lines: 0.01, value_lines: 1e9}[form]
    for name, code in (("Russia", "RUS"), ("China", "CHN"), ("Italy", "ITA")):
        (label,) = [text for text in ax.texts if text.get_text().startswith(name)]
        last = chart.data.query(f"partner == '{code}' and year == 2023")[DRAWN[form]].item()
        end = ax.transData.transform((2023, last / size))[1]
        at = label.get_transform().transform(label.get_position())[1]
        assert at == pytest.approx(end, abs=1.5)


def assert_well_set(chart):
    """Every text lies in the figure, and no text touches another."""
    chart.figure.canvas.draw()
    width, height = chart.figure.canvas.get_width_height()
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts(chart)]
    boxes = [(text, box) for text, box in boxes if box.width and box.height]
    for text, box in boxes:
        assert box.x0 >= 0 and box.y0 >= 0, f"{text!r} is cut off"
        assert box.x1 <= width and box.y1 <= height, f"{text!r} is cut off"
    for (one, box), (other, next_box) in combinations(boxes, 2):
        apart = box.x1 <= next_box.x0 or next_box.x1 <= box.x0
        # Lines of capitals and descenders are set closer than their boxes: half a point.
        apart = apart or box.y1 <= next_box.y0 + 0.7 or next_box.y1 <= box.y0 + 0.7
        assert apart, f"{one!r} touches {other!r}"
    for ax in chart.figure.axes:
        assert ax.get_window_extent().width > 40


MANY = ["RUS", "CHN", "TUR", "UZB", "DEU", "ITA", "KOR", "USA", "ARE", "GBR", "BIH"]
MANY += ["PNG", "CHE", "FRA", "IRN", "AFG", "TJK", "BLR", "LTU", "CAF"]


def random_walk(years, partners, seed=1, ties=False, **other):
    """Years of values that wander, with gaps; ties make three partners equal in each year."""
    random = np.random.default_rng(seed)
    steps = random.normal(0.02, 0.3, (len(years), len(partners)))
    values = np.exp(19 + random.normal(0, 1.2, len(partners)) + steps.cumsum(axis=0))
    values[random.random(values.shape) < 0.05] = NAN
    if ties:
        values[:, :3] = 5e9
    rows = [
        row(partner, int(year), values[i, j], **other)
        for i, year in enumerate(years)
        for j, partner in enumerate(partners)
    ]
    rows += [row("WLD", int(year), np.nansum(values[i]), **other) for i, year in enumerate(years)]
    return measured(pd.DataFrame(rows))


LONG = ["PNG", "CAF"]
AWKWARD = {
    "thirty years": ("kk", range(1994, 2024), {}),
    "one year": ("en", [2023], {}),
    "two years": ("ru", [2021, 2022], {}),
    "ties": ("kk", range(2018, 2024), {"ties": True}),
    "a rule near the end": ("ru", range(2010, 2023), {}),
}


@pytest.mark.parametrize("table", AWKWARD)
@pytest.mark.parametrize("form", [rank_lines, share_lines, value_bars])
def test_labels_of_awkward_tables_do_not_collide(form, table):
    language, years, options = AWKWARD[table]
    trade = random_walk(years, MANY, seed=3, **options)
    assert_well_set(form(trade, finding=FINDING, language=language, top=12, partners=LONG))


@pytest.mark.parametrize("language", ["ru", "kk"])
@pytest.mark.parametrize("form", EVERY_FORM)
def test_labels_of_the_real_table_do_not_collide(form, language, kazakhstan):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        chart = draw(form, kazakhstan, language=language, finding="Сауданың өзгеруі: ӘҒҚҢӨҰҮҺІ")
        assert_well_set(chart)


@pytest.fixture(scope="module")
def merged(kazakhstan):
    trade = kazakhstan.drop(columns=["rank", "share", "contribution"])
    trade = measured(merge_blocs(trade, ["EU", "CHN_HKG_MAC"]))
    return trade.assign(status=np.where(trade["year"] == 2025, "preliminary", "final"))


@pytest.mark.parametrize("column", ["rank", "share", "value"])
@pytest.mark.parametrize("language", ["ru", "kk"])
def test_labels_of_panels_do_not_collide(column, language, merged):
    trade = merged.copy()
    if column != "value":
        trade.loc[trade["year"] == 2025, ["period", "months"]] = ["2025-01-01/P10M", 10]
    chart = flow_panels(trade, finding=FINDING, column=column, language=language, top=5)
    assert_well_set(chart)


@settings(max_examples=8, deadline=None)
@given(
    years=st.integers(1, 30),
    last=st.integers(2018, 2030),
    partners=st.sets(st.sampled_from(MANY), min_size=1),
    seed=st.integers(0, 99),
    language=st.sampled_from(["en", "ru", "kk"]),
    form=st.sampled_from([rank_lines, share_lines, value_lines, value_bars]),
)
def test_labels_never_collide(years, last, partners, seed, language, form):
    trade = random_walk(range(last - years + 1, last + 1), sorted(partners), seed)
    if not trade[trade["year"] == last]["rank"].notna().any():
        return
    assert_well_set(form(trade, finding=FINDING * 4, language=language, top=12))


@given(
    st.lists(st.tuples(st.floats(0, 10), st.floats(0.1, 1)), min_size=1, max_size=8),
    st.randoms(use_true_random=False),
)
def test_labels_are_spread_as_little_as_possible(labels, random):
    wanted, heights = [at for at, _ in labels], [height for _, height in labels]
    placed = spread(wanted, heights, 0, 10)
    order = sorted(range(len(labels)), key=lambda i: (wanted[i], -i))
    room = [0.0, *np.cumsum([heights[i] for i in order])]

    def cost(places):
        return sum((at - want) ** 2 for at, want in zip(places, wanted, strict=True))

    for one, other in pairwise(order):
        assert placed[other] - placed[one] >= (heights[one] + heights[other]) / 2 - 1e-9
    assert placed[order[0]] >= heights[order[0]] / 2 - 1e-9
    assert placed[order[-1]] <= 10 - heights[order[-1]] / 2 + 1e-9
    # Any other placing that fits moves the labels further: twenty near this one are tried.
    for _ in range(20):
        step = random.choice([0.001, 0.1, 1])
        free = [placed[i] - room[k] - heights[i] / 2 for k, i in enumerate(order)]
        moved = np.maximum.accumulate(np.add(free, [random.uniform(-step, step) for _ in order]))
        moved = moved.clip(0, 10 - room[-1])
        other = [0.0] * len(order)
        for k, i in enumerate(order):
            other[i] = moved[k] + room[k] + heights[i] / 2
        assert cost(placed) <= cost(other) + 1e-9


# ---- reporters side by side


@pytest.fixture(scope="module")
def neighbours():
    return add_share(add_rank(load_trade()))


def test_each_reporter_has_a_panel_with_its_own_first_partners():
    here = series([2022, 2023, 2024], RUS=[2e9, 2e9, 1e9], CHN=[1e9, 3e9, 3e9], ITA=[5e9, 1e9, 5e9])
    there = series([2022, 2023], RUS=[1e9, 3e9], CHN=[2e9, 1e9], TUR=[5e9, 9e9])
    trade = pd.concat([here, there.assign(reporter="UZB")])
    chart = reporter_panels(trade, finding=FINDING, top=1)
    drawn = chart.data.groupby("reporter")["partner"].unique().map(sorted).to_dict()
    assert drawn == {"KAZ": ["CHN", "ITA", "RUS"], "UZB": ["CHN", "RUS", "TUR"]}
    # The years are one axis: what ends before its end says when.
    assert {"Kazakhstan", "Uzbekistan", "Italy", "Türkiye (2023)"} <= set(said(chart))
    assert "Kazakhstan, Uzbekistan: rank" in chart.alt
    assert "Kazakhstan: China: 3 (2022), 1 (2023), 2 (2024)" in chart.alt
    assert "2023: Türkiye 1." in chart.alt
    assert chart.name == "kaz-uzb-reporter_panels-rank-export"


def test_the_source_line_of_several_reporters_names_every_office(neighbours):
    chart = reporter_panels(neighbours, flow="import", finding=FINDING)
    for office in ("of Kazakhstan", "of Kyrgyzstan", "of Uzbekistan"):
        assert office in chart.source.splitlines()[0]
    assert chart.source.splitlines()[0].endswith("not stated; unproved.")
    assert any("Hollow: preliminary (Kyrgyzstan, 2023)." in text for text in said(chart))


def test_one_reporter_is_no_small_multiple(kazakhstan):
    with pytest.raises(Refused, match=r"one reporter.*rank_lines"):
        reporter_panels(kazakhstan, flow="export", finding=FINDING)


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
@pytest.mark.parametrize(("flow", "years"), [("export", range(2010, 2024)), ("import", None)])
def test_labels_of_reporters_do_not_collide(flow, years, language, neighbours):
    trade = neighbours[neighbours["year"].isin(years or neighbours["year"])]
    assert_well_set(reporter_panels(trade, flow=flow, finding=FINDING, top=3, language=language))


# ---- words


def figures(alt, name):
    """The figures that an alt text gives for one partner: year to text."""
    (told,) = re.findall(rf"{name}: ([^:]+)\. ?(?:[^\d]|\d{{4}}:|$)", alt)
    return {int(year): figure for figure, year in re.findall(r"([\d.]+)\s?%? \((\d{4})\)", told)}


@pytest.mark.parametrize(
    ("form", "size", "digits"), [(rank_lines, 1, 0), (share_lines, 100, 1), (value_lines, 1e-9, 1)]
)
def test_alt_text_quotes_figures_that_are_in_the_table(form, size, digits, kazakhstan):
    alt = draw(form, kazakhstan).alt
    turnover = kazakhstan[kazakhstan["flow"] == "turnover"].set_index(["partner", "year"])
    for name, code in (("Russia", "RUS"), ("China", "CHN")):
        told = figures(alt, name)
        assert {2018, 2025} <= set(told)
        for year, figure in told.items():
            assert figure == f"{turnover.loc[(code, year), DRAWN[form]] * size:.{digits}f}"


def test_alt_text_says_form_axes_finding_and_when_ranks_change(kazakhstan):
    assert draw(rank_lines, kazakhstan, top=3, finding="China is first.").alt == (
        "Line chart. Kazakhstan: rank among partner countries by turnover in goods, 2018–2025. "
        "Years run across, ranks down from 1 at the top. Finding: China is first. "
        "China: 3 (2018), 2 (2019), 1 (2023), 1 (2025). Russia: 1 (2018), 2 (2023), 2 (2025). "
        "2025: Italy 3."
    )


def test_numbers_and_names_are_those_of_the_language(kazakhstan):
    russian = draw(share_lines, kazakhstan, language="ru")
    assert "Китай 23,6\xa0%" in said(russian) and "с 2022 года →" in said(russian)
    kazakh = draw(value_lines, kazakhstan, language="kk")
    assert "Қытай 34,2" in said(kazakh) and "млрд АҚШ доллары" in kazakh.alt
    with pytest.raises(Refused, match='language "de"'):
        draw(rank_lines, kazakhstan, language="de")


def leaves(entry, path=()):
    if "en" in entry:
        yield path, entry
    else:
        for key, below in entry.items():
            yield from leaves(below, (*path, key))


def test_every_sentence_is_there_in_three_languages_with_the_same_places_to_fill():
    told = dict(leaves(tomllib.loads((PACKAGE / "words.toml").read_text("utf-8"))))
    assert len(told) > 50
    for path, sentence in told.items():
        assert list(sentence) == ["en", "ru", "kk"], path
        places = {tuple(sorted(re.findall(r"\{\w+\}", text))) for text in sentence.values()}
        assert len(places) == 1, path


def test_font_has_every_letter_of_russian_and_kazakh():
    kazakh = "ӘҒҚҢӨҰҮҺІәғқңөұүһі"
    russian = "".join(map(chr, range(0x410, 0x450))) + "Ёё"
    font = font_manager.get_font(font_manager.findfont("DejaVu Sans", fallback_to_default=False))
    missing = [c for c in kazakh + russian + "→−–—«»“”\xa0" if ord(c) not in font.get_charmap()]
    assert missing == []


def test_turnover_is_said_to_be_the_sum_of_fob_and_cif_only_where_the_sources_say_so(kazakhstan):
    assert "Turnover is exports (FOB) plus imports (CIF)." in said(draw(rank_lines, kazakhstan))
    untold = kazakhstan.assign(source="stat.xlsx")
    assert "Turnover is exports plus imports." in said(draw(rank_lines, untold))
    assert "Turnover" not in " ".join(said(draw(rank_lines, kazakhstan, flow="import")))


def test_bloc_and_product_are_said_in_the_subtitle(merged):
    assert "counted as one: China, HK and Macao, EU" in draw(rank_lines, merged).alt
    oil = series([2022, 2023], RUS=[2e9, 1e9]).assign(product="2709", classification="HS2022")
    assert "only goods of HS 2709" in rank_lines(oil, finding=FINDING).alt


def test_dollar_signs_and_no_break_spaces_stay_what_they_are(kazakhstan):
    finding = "From $5 to $6: a\xa0% of trade"
    chart = draw(rank_lines, kazakhstan, finding=finding, note="A note.")
    assert finding in said(chart) and finding in chart.alt
    assert "Turnover is exports (FOB) plus imports (CIF). A note." in said(chart)
    assert not any(text.get_parse_math() for text in texts(chart))


# ---- the chart as a thing


def test_bundle_is_picture_data_words_and_source(tmp_path, kazakhstan):
    chart = draw(rank_lines, kazakhstan)
    paths = chart.save(tmp_path / "new" / "folder")
    assert sorted(path.name for path in paths) == [
        f"kaz-rank_lines-turnover.{ending}"
        for ending in ("alt.txt", "csv", "png", "source.txt", "svg")
    ]
    assert sorted(paths[0].parent.iterdir()) == sorted(paths)
    png, svg, data, alt, source = paths
    with Image.open(png) as picture:
        assert picture.width == 2100 and round(picture.info["dpi"][0]) == 300
        assert picture.text["Description"] == chart.alt
    assert "<svg" in svg.read_text("utf-8") and "<text" not in svg.read_text("utf-8")
    saved = pd.read_csv(data, dtype={"period": str, "sheet": str}, keep_default_na=False)
    assert saved["cell"].tolist() == chart.data["cell"].tolist()
    assert saved["rank"].tolist() == chart.data["rank"].tolist()
    assert alt.read_text("utf-8") == f"{chart.alt}\n"
    assert source.read_text("utf-8") == f"{chart.source}\n"


def test_charts_of_one_table_have_different_names(kazakhstan):
    charts = [draw(form, kazakhstan) for form in EVERY_FORM]
    charts += [draw(flow_panels, kazakhstan, column="share")]
    charts += [
        draw(value_bars, kazakhstan, period=2023),
        draw(rank_lines, kazakhstan, flow="import"),
    ]
    names = [chart.name for chart in charts]
    assert len(set(names)) == len(names)
    assert {"kaz-flow_panels-share", "kaz-value_bars-turnover-2023"} <= set(names)


def test_folder_that_cannot_be_written_is_refused_and_nothing_is_left(tmp_path, kazakhstan):
    chart = draw(rank_lines, kazakhstan)
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match=r"cannot be written.*a folder that you may write to"):
        chart.save(tmp_path / "file")
    # A folder in the place of one of the files: what is there stays, whole.
    (tmp_path / "x.svg" / "inside").mkdir(parents=True)
    with pytest.raises(Refused, match="cannot be written"):
        chart.save(tmp_path, "x")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    with pytest.raises(Refused, match="not a name for files"):
        chart.save(tmp_path, "../x")


def test_pictures_are_the_same_bytes_on_every_run(kazakhstan):
    one, other = (draw(flow_panels, kazakhstan) for _ in range(2))
    assert one.png() == other.png() and one.svg() == other.svg()
    assert one.screen_png() == other.screen_png()
    assert b"Matplotlib" not in one.png() and b"dc:date" not in one.svg()


def test_readers_own_settings_neither_change_a_chart_nor_are_changed(kazakhstan):
    before = draw(share_lines, kazakhstan).png()
    theirs = {"font.size": 30, "grid.linestyle": ":", "xtick.direction": "in", "savefig.dpi": 40}
    with mpl.rc_context(theirs):
        settings = dict(mpl.rcParams)
        assert draw(share_lines, kazakhstan).png() == before
        assert dict(mpl.rcParams) == settings


def test_chart_shows_itself_in_a_notebook_with_its_words(kazakhstan):
    chart = draw(rank_lines, kazakhstan)
    shown, about = chart._repr_mimebundle_()
    with Image.open(io.BytesIO(base64.b64decode(shown["image/png"]))) as picture:
        assert picture.width == 2 * about["image/png"]["width"]
    assert about["image/png"]["alt"] == shown["text/plain"] == chart.alt


def test_importing_the_package_does_not_import_matplotlib():
    code = "import sys, traderank; print({'matplotlib', 'seaborn'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# ---- the main chart


def test_readme_shows_the_main_chart_of_the_table(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    from front import front, main_chart, readme_image

    remedy = "make it again: python docs/front.py"
    chart, readme = main_chart(), (ROOT / "README.md").read_text("utf-8")
    assert readme_image(chart.alt) in readme.splitlines(), remedy
    with Image.open(ROOT / "docs" / "_static" / "main-chart.png") as picture:
        assert picture.text["Description"] == chart.alt, remedy
        assert picture.text["Source"] == chart.source, remedy
    assert chart.alt in front()["front-chart.md"]
