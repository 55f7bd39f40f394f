"""A claim is answered in every reading, or said to have no answer, and traced to its cells."""

import json
from dataclasses import replace

import duckdb
import pandas as pd
import polars as pl
import pytest

from traderank import Claim, Refused, add_turnover, check_claim, load_trade
from traderank.measures import rank_margin

CLAIM = Claim("KAZ", "RUS", 2023, rank=2)


def row(partner, value, **other):
    kind = "aggregate" if partner in ("WLD", "EU") else "country"
    year = other.get("year", 2023)
    return {
        "reporter": "KAZ",
        "partner": partner,
        "kind": kind,
        "flow": "export",
        "year": year,
        "period": str(year),
        "months": 12,
        "product": "TOTAL",
        "value": value,
        "currency": "USD",
        "vintage": "2024-07-25",
        "status": "final",
        "source": "kaz",
        "sheet": "1",
        "cell": f"D{len(partner)}",
        "proof": "proved",
    } | other


def exports(**values):
    return [row(partner, value) for partner, value in values.items()]


def years(**values):
    """Rows of several years: a list of values for each partner, the last of 2023."""
    return [
        row(partner, value, year=2024 - len(those) + at)
        for partner, those in values.items()
        for at, value in enumerate(those)
    ]


def to_duckdb(rows):
    connection = duckdb.connect()
    frame = pd.DataFrame(rows)
    connection.register("trade", frame)
    return connection.table("trade")


@pytest.fixture(params=[pd.DataFrame, pl.DataFrame, lambda rows: pl.LazyFrame(rows), to_duckdb])
def engine(request):
    return request.param


def rows_of(readings):
    return readings.astype(object).where(readings.notna(), None).to_dict("records")


def answers(claim, trade, *names, blocs=(), **options):
    verdict = check_claim(claim, trade, blocs=blocs, **{"others": ()} | options)
    return [tuple(row[name] for name in (*names, "holds")) for row in rows_of(verdict.readings)]


# ── one reading ──────────────────────────────────────────────────────────────────────────


def test_a_rank_holds_or_not_and_the_true_one_stands_beside_it(engine):
    trade = engine(exports(WLD=8.0, CHN=5.0, RUS=2.0, ITA=1.0))
    names = ("rank", "share", "rival", "margin")
    assert answers(CLAIM, trade, *names) == [(2, 0.25, "ITA", 1.0, True)]
    assert answers(replace(CLAIM, rank=1), trade, *names) == [(2, 0.25, "CHN", 3.0, False)]


def test_of_two_that_are_tied_neither_is_behind_the_other(engine):
    trade = engine(exports(CHN=3.0, RUS=3.0))
    assert answers(Claim("KAZ", "RUS", 2023, rank=1), trade, "rank", "margin") == [(1, 0.0, True)]
    for order in ("behind", "ahead_of"):
        assert answers(Claim("KAZ", "RUS", 2023, **{order: "CHN"}), trade) == [(False,)]


def test_a_partner_without_trade_has_no_rank_and_the_claim_does_not_hold(engine):
    trade = engine(exports(CHN=3.0, ITA=2.0, RUS=0.0))
    assert answers(CLAIM, trade, "value", "rank") == [(0.0, None, False)]


@pytest.mark.parametrize("missing", ["RUS", "CHN"])
def test_a_missing_value_of_either_leaves_the_question_without_an_answer(engine, missing):
    trade = engine(exports(**{"RUS": 3.0, "CHN": 4.0, "ITA": 5.0, missing: None}))
    claim = Claim("KAZ", "RUS", 2023, behind="CHN")
    assert answers(claim, trade, "why") == [(f"the value of {missing} in 2023 is missing", None)]


def test_a_rank_is_as_weakly_proved_as_the_weakest_of_all_that_are_ranked(engine):
    rows = [row("RUS", 3.0), row("CHN", 4.0, proof="consistent", status="preliminary")]
    assert answers(CLAIM, engine(rows), "proof", "status") == [("consistent", "preliminary", True)]


def test_the_rank_and_the_margin_of_one_that_holds_are_those_of_the_measures():
    trade = add_turnover(load_trade("KAZ"))
    measured = rank_margin(trade).query("year == 2023 and partner == 'RUS' and flow == 'turnover'")
    reading = check_claim(CLAIM, trade, blocs=()).readings.query("flow == 'turnover'")
    for name in ("rank", "rival", "error_to_flip"):
        assert reading[name].item() == measured[name].item()
    assert reading["margin"].item() == pytest.approx(measured["margin"].item())


# ── what can be claimed ──────────────────────────────────────────────────────────────────

GROWING = years(WLD=[16.0, 15.0, 20.0], CHN=[2.0, 3.0, 6.0], RUS=[5.0, 4.0, 5.0], ITA=[4.0] * 3)


@pytest.mark.parametrize(
    ("said", "holds", "year", "rival", "margin"),
    [
        ({"top": 1}, False, 2023, "CHN", 1.0),
        ({"top": 2}, True, 2023, "ITA", 1.0),
        ({"top": 3}, True, 2023, None, None),
        ({"rank": 3}, False, 2023, "ITA", 1.0),
        ({"ahead_of": "ITA"}, True, 2023, "ITA", 1.0),
        ({"ahead_of": "CHN"}, False, 2023, "CHN", 1.0),
        ({"behind": "CHN"}, True, 2023, "CHN", 1.0),
        ({"share": 0.2}, True, 2023, None, 1.0),
        ({"share": 0.25}, False, 2023, None, 0.0),
        ({"growth": 0.25}, True, 2023, None, 0.0),
        ({"growth": 0.5}, False, 2023, None, 1.0),
        ({"growth": 0.0, "since": 2021}, True, 2023, None, 0.0),
        ({"top": 2, "since": 2021}, True, 2023, "ITA", 1.0),
        ({"rank": 1, "since": 2021}, False, 2023, "CHN", 1.0),
        ({"ahead_of": "ITA", "since": 2021}, False, 2022, "ITA", 0.0),
        ({"ahead_of": "ITA", "first_since": 2021}, True, 2022, "ITA", 0.0),
        ({"rank": 2, "first_since": 2020}, True, 2022, "ITA", 0.0),
        ({"top": 2, "first_since": 2020}, False, 2021, "CHN", 3.0),
        ({"overtook": "ITA", "since": 2022}, True, 2022, "ITA", 0.0),
        ({"overtook": "ITA", "since": 2021}, False, 2021, "ITA", 1.0),
    ],
)
def test_what_is_claimed_holds_or_not_with_what_would_change_it(said, holds, year, rival, margin):
    claim = Claim("KAZ", "RUS", 2023, **said)
    names = ("year", "rival", "margin")
    assert answers(claim, pd.DataFrame(GROWING), *names) == [(year, rival, margin, holds)]


def test_the_error_is_that_of_all_that_must_change():
    # Russia is not second, and not behind China: both would have to change.
    trade = pd.DataFrame(exports(RUS=10.0, CHN=2.0, ITA=9.0))
    claim = Claim("KAZ", "RUS", 2023, rank=2, behind="CHN")
    assert answers(claim, trade, "rival", "error_to_flip") == [("CHN", 8 / 12, False)]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"share": 0.2}, "no total is printed: there are no shares"),
        ({"growth": 0.2}, "there is no value of RUS in 2022 to grow from"),
        ({"behind": "ITA"}, "ITA is not among the partners of 2023"),
    ],
)
def test_what_cannot_be_answered_is_counted_as_neither(said, why):
    rows = [*exports(RUS=3.0, CHN=2.0), row("CHN", 2.0, year=2022), row("ITA", 1.0, flow="import")]
    claim = Claim("KAZ", "RUS", 2023, flow="export", **said)
    verdict = check_claim(claim, pd.DataFrame(rows), blocs=())
    reading = verdict.readings.query("flow == 'export'")
    assert reading["why"].item() == why and verdict.holds is None


# ── several readings ─────────────────────────────────────────────────────────────────────


def test_each_flow_and_each_edition_is_a_reading(engine):
    rows = [row("RUS", 3.0), row("CHN", 4.0), row("RUS", 5.0, flow="import")]
    rows += [row("CHN", 4.0, flow="import"), row("RUS", 4.5, vintage="2025-01-01")]
    rows += [row("CHN", 4.0, vintage="2025-01-01")]
    claim = Claim("KAZ", "RUS", 2023, rank=1)
    assert answers(claim, engine(rows), "flow", "vintage") == [
        ("turnover", "2024-07-25", True),
        ("export", "2024-07-25", False),
        ("export", "2025-01-01", True),
        ("import", "2024-07-25", True),
    ]


def test_several_years_are_read_as_they_were_known_on_the_day_of_an_edition():
    rows = [row("RUS", 3.0, year=2022, vintage="2023-07-01"), row("CHN", 4.0, year=2022)]
    rows += [row("CHN", 1.0, year=2022, vintage="2023-07-01"), row("RUS", 3.0, year=2022)]
    rows += [row("RUS", 3.0, vintage="2025-07-01"), row("CHN", 1.0, vintage="2025-07-01")]
    claim = Claim("KAZ", "RUS", 2023, overtook="CHN", since=2022)
    # When 2023 was published, Russia had come to be behind in 2022, by a revision.
    assert answers(claim, pd.DataFrame(rows), "vintage") == [("2025-07-01", True)]
    early = [
        row | {"vintage": "2022-01-01"} if row["vintage"] == "2024-07-25" else row for row in rows
    ]
    assert answers(claim, pd.DataFrame(early), "vintage") == [("2025-07-01", False)]


def test_each_bloc_is_a_reading_and_an_inner_list_is_one_together(engine):
    trade = engine(exports(CHN=3.0, HKG=2.0, RUS=4.0, DEU=3.0, ITA=3.0))
    ways = ["EU", "CHN_HKG_MAC", ["EU", "CHN_HKG_MAC"]]
    claim = Claim("KAZ", "RUS", 2023, rank=1)
    assert answers(claim, trade, "blocs", "rank", "rival", blocs=ways) == [
        ("", 1, "CHN", True),
        ("EU", 2, "EU", False),
        ("CHN_HKG_MAC", 2, "CHN_HKG_MAC", False),
        ("EU + CHN_HKG_MAC", 3, "EU", False),
    ]


def test_a_partner_under_its_own_bloc_cannot_be_asked_of(engine):
    trade = engine(exports(CHN=5.0, RUS=3.0, BLR=1.0))
    assert answers(CLAIM, trade, "blocs", "rank", "value", "why", blocs="EAEU") == [
        ("", 2, 3.0, None, True),
        ("EAEU", None, None, "RUS is itself counted in EAEU", None),
    ]


@pytest.mark.parametrize(("year", "holds"), [(2019, False), (2020, True)])
def test_a_bloc_stands_for_another_partner_only_while_that_is_a_member(year, holds):
    # From 2020 on the United Kingdom is apart, and Germany alone is the EU in this table.
    trade = pd.DataFrame([row(*it, year=year) for it in (("GBR", 2.0), ("RUS", 3.0), ("DEU", 2.0))])
    claim = Claim("KAZ", "RUS", year, ahead_of="GBR")
    assert answers(claim, trade, "blocs", blocs="EU") == [("", True), ("EU", holds)]


def test_a_bloc_itself_can_be_asked_of_and_a_printed_group_cannot(engine):
    trade = engine(exports(EU=9.0, DEU=5.0, RUS=3.0))
    claim = Claim("KAZ", "EU", 2023, rank=1)
    assert answers(claim, trade, "blocs", "value", blocs="EU") == [
        ("", None, None),
        ("EU", 5.0, True),
    ]


def test_another_source_is_read_on_its_own_and_never_mixed(engine):
    trade = engine(exports(CHN=5.0, RUS=3.0))
    other = pd.DataFrame([row("RUS", 9.0, source="mirror"), row("CHN", 2.0, source="mirror")])
    claim = Claim("KAZ", "RUS", 2023, rank=2)
    assert answers(claim, trade, "source", "value", others=[other]) == [
        ("kaz", 3.0, True),
        ("mirror", 9.0, False),
    ]
    without = other.assign(year=2022, period="2022")
    assert answers(claim, trade, "source", others=[without]) == [("kaz", True)]


def test_what_ships_of_other_sources_is_read_too_where_it_has_the_year():
    trade = load_trade("KAZ").query("year >= 2021")
    claim = Claim("KAZ", "RUS", 2021, rank=1)
    readings = check_claim(claim, trade, blocs=()).readings
    assert readings[["source", "flow", "holds"]].values.tolist()[3:] == [
        ["comtrade", "export", False],
        ["comtrade", "import", True],
        ["wits-kazakhstan", "export", False],
        ["wits-kazakhstan", "import", True],
    ]
    cell = {"file": "comtrade_totals_2014_2022.csv.gz", "sheet": None, "cell": "G175616"}
    assert readings["cells"][3] == (cell,)
    # Comtrade's extract ends in 2022 and does not have Kazakhstan then.
    assert set(check_claim(replace(claim, year=2022), trade, blocs=()).readings["source"]) == {
        "kaz-2023"
    }


def test_exports_and_imports_from_two_files_make_no_turnover():
    rows = [row("RUS", 3.0), row("RUS", 3.0, flow="import", source="another")]
    claim = Claim("KAZ", "RUS", 2023, rank=1)
    assert answers(claim, pd.DataFrame(rows), "flow") == [("export", True), ("import", True)]
    with pytest.raises(Refused, match="no value of 2023 is in the table"):
        check_claim(claim, pd.DataFrame([row("RUS", None)]))


def test_ranks_made_elsewhere_are_taken_as_they_stand():
    trade = pd.DataFrame(exports(WLD=9.0, CHN=5.0, RUS=3.0, ITA=1.0))
    ready = pd.DataFrame(
        [row("WLD", 90.0, source="world"), row("RUS", 3.0, source="world", rank=7)]
    )
    assert answers(CLAIM, trade, "source", "rank", "margin", blocs="EU", others=[ready]) == [
        ("kaz", 2, 2.0, True),
        ("kaz", 2, 2.0, True),
        ("world", 7, None, False),
    ]


def test_a_whole_table_is_ranked_anew_even_if_it_has_ranks():
    trade = load_trade("KAZ").query("year == 2023")
    ranked = rank_margin(add_turnover(trade))
    one, other = (check_claim(CLAIM, table).readings for table in (trade, ranked))
    pd.testing.assert_frame_equal(one, other)


def test_what_falls_short_of_its_total_gives_no_ranks_but_orders_partners():
    trade = pd.DataFrame(exports(CHN=5.0, RUS=3.0))
    few = pd.DataFrame([row(p, v, source="few") for p, v in [("WLD", 20), ("CHN", 5), ("RUS", 3)]])
    assert [said[-1] for said in answers(CLAIM, trade, others=[few])] == [True, None]
    order = Claim("KAZ", "RUS", 2023, behind="CHN")
    assert [said[-1] for said in answers(order, trade, others=[few])] == [True, True]


# ── the verdict ──────────────────────────────────────────────────────────────────────────

TWO_FLOWS = pd.DataFrame(
    [
        *exports(CHN=5.0, RUS=3.0, DEU=2.0, ITA=2.0),
        row("CHN", 1.0, flow="import"),
        row("RUS", 1.5, flow="import"),
    ]
)


def test_a_claim_that_names_nothing_holds_only_in_all_readings():
    assert check_claim(CLAIM, TWO_FLOWS).holds is False
    assert check_claim(Claim("KAZ", "RUS", 2023, top=3), TWO_FLOWS).holds is True


@pytest.mark.parametrize(
    ("named", "holds"),
    [
        ({"flow": "export"}, True),
        ({"flow": "import"}, False),
        ({"flow": "export", "blocs": ["EU"]}, False),
        ({"blocs": "EAEU"}, None),
    ],
)
def test_a_claim_that_names_a_reading_holds_there_or_not(named, holds):
    verdict = check_claim(replace(CLAIM, **named), TWO_FLOWS)
    assert verdict.holds is holds
    # The other readings are shown all the same.
    assert len(verdict.readings) == 12


def test_a_named_reading_is_of_the_reporters_own_table():
    other = TWO_FLOWS.assign(source="other", value=[1.0, 9.0, 1.0, 1.0, 1.0, 1.0])
    assert check_claim(replace(CLAIM, flow="export"), TWO_FLOWS, others=[other]).holds is True


def test_the_counts_are_of_all_readings():
    verdict = check_claim(CLAIM, TWO_FLOWS)
    assert sum(verdict.counts()) == len(verdict.readings)
    held, failed, silent = verdict.counts()
    assert str(verdict).endswith(
        f"Of 12 readings it holds in {held} and does not in {failed}; {silent} have no answer."
    )


def test_json_has_the_keys_that_programs_rely_on():
    told = json.loads(check_claim(CLAIM, TWO_FLOWS, blocs=[["EU", "EAEU"]]).to_json())
    assert list(told) == ["claim", "holds", "readings"]
    assert list(told["readings"][-1]) == [
        *("flow", "blocs", "vintage", "source", "holds", "rank", "value", "share", "rival"),
        *("margin", "error_to_flip", "cells"),
    ]
    assert told["readings"][-1]["blocs"] == ["EU", "EAEU"]
    assert told["readings"][-1]["holds"] is None and told["readings"][-1]["cells"] == []


# ── cells ────────────────────────────────────────────────────────────────────────────────


def test_a_value_is_traced_to_the_cells_of_the_raw_file():
    verdict = check_claim(CLAIM, load_trade("KAZ", vintages="all"), blocs=())
    cells = verdict.readings.set_index("flow")["cells"]
    place = {"file": "2023.xlsx", "sheet": "2023"}
    assert cells["export"] == (place | {"cell": "D12"},)
    assert cells["turnover"] == (place | {"cell": "D12"}, place | {"cell": "F12"})


def test_a_bloc_is_traced_to_the_cells_of_its_members():
    rows = [row("DEU", 3.0, cell="D9"), row("ITA", 2.0, cell="D7"), row("RUS", 1.0, cell="D1")]
    rows.append(row("DEU", 3.0, cell="B9", vintage="2020-01-01"))
    claim = Claim("KAZ", "EU", 2023, rank=1)
    reading = check_claim(claim, pd.DataFrame(rows), blocs="EU").readings.query("value == 5")
    assert [cell["cell"] for cell in reading["cells"].item()] == ["D9", "D7"]
    assert {cell["file"] for cell in reading["cells"].item()} == {"kaz"}


# ── what is refused ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        *(({"rank": rank}, "is not a rank") for rank in (0, -1, 1.0, True, "1")),
        ({"share": 1.0}, "is not a share"),
        ({"share": -0.1}, "is not a share"),
        ({"growth": float("nan")}, "is not a growth"),
        ({"top": 1, "flow": "trade"}, "is not a flow"),
        ({"behind": "China"}, "is not a code"),
        ({"top": 1, "since": 2023}, "since is not before the year 2023"),
        ({"top": 1, "since": "2020"}, "since='2020' is not a year"),
        ({}, "nothing is claimed"),
        ({"rank": 1, "top": 1}, "both rank and top"),
        ({"ahead_of": "RUS"}, "compared with itself"),
        ({"ahead_of": "CHN", "behind": "CHN"}, "claimed twice"),
        ({"overtook": "CHN"}, "overtook needs the year"),
        ({"overtook": "CHN", "since": 2020, "rank": 1}, "since would mean two things"),
        ({"growth": 0.1, "first_since": 2020}, None),
        ({"rank": 2, "behind": "CHN", "first_since": 2020}, "goes with one thing"),
    ],
)
def test_what_is_no_claim_is_refused(said, reason):
    if reason is None:
        assert Claim("KAZ", "RUS", 2023, **said).years()
        return
    with pytest.raises(Refused, match=reason):
        Claim("KAZ", "RUS", 2023, **said)


@pytest.mark.parametrize(
    ("changed", "reason", "remedy"),
    [
        ({"year": 2024}, "the year 2024 is not in the table", "there is 2022, 2023"),
        ({"year": 2022, "since": 2021}, "the year 2021 is not", "there is 2022, 2023"),
        ({"flow": "turnover"}, "no turnover of 2023", "there is export"),
        ({"partner": "ITA"}, "ranks a partner 'ITA'", "there is CHN, EU, RUS"),
        ({"partner": "WLD"}, "ranks a partner 'WLD'", "there is CHN, EU, RUS"),
        ({"behind": "ITA"}, "ranks a partner 'ITA'", "there is CHN, EU, RUS"),
        ({"reporter": "UZB"}, "no reporter UZB", "there is KAZ"),
        ({"rank": 3}, "place 3 is claimed among 2", "claim a place"),
    ],
)
def test_a_claim_about_what_is_not_in_the_data_is_refused(engine, changed, reason, remedy):
    trade = engine(years(WLD=[8.0, 8.0], CHN=[5.0, 5.0], RUS=[3.0, 3.0]))
    with pytest.raises(Refused) as caught:
        check_claim(replace(CLAIM, **changed), trade, blocs="EU")
    assert reason in caught.value.reason and remedy in caught.value.remedy


def test_a_claim_about_a_year_of_which_only_a_part_is_there_is_refused():
    part = {"months": 10, "period": "2023-01-01/P10M"}
    rows = [row("RUS", 3.0, **part), row("RUS", 3.0, year=2022)]
    with pytest.raises(Refused, match="2023 is not in the table, only 2023-01-01/P10M of it"):
        check_claim(Claim("KAZ", "RUS", 2023, rank=1), pd.DataFrame(rows))


def test_a_rank_among_fewer_partners_than_are_reported_is_refused():
    trade = pd.DataFrame(exports(WLD=10.0, CHN=5.0, RUS=2.0))
    with pytest.raises(Refused, match="fewer are ranked than are reported"):
        check_claim(CLAIM, trade)
    # What is left, one dollar, cannot be a partner that is larger than Russia.
    assert answers(CLAIM, pd.DataFrame(exports(WLD=8.0, CHN=5.0, RUS=2.0))) == [(True,)]


def test_growth_from_one_currency_to_another_is_refused():
    rows = [row("RUS", 3.0, year=2022, currency="EUR"), row("RUS", 3.0)]
    with pytest.raises(Refused, match="2022 is in EUR, the later year in USD"):
        check_claim(Claim("KAZ", "RUS", 2023, growth=0.1), pd.DataFrame(rows))


def test_a_ranking_of_two_currencies_is_refused():
    with pytest.raises(Refused, match="mixes currencies"):
        check_claim(CLAIM, pd.DataFrame([row("RUS", 3.0, currency="EUR"), row("CHN", 4.0)]))


def test_an_unknown_bloc_is_refused():
    with pytest.raises(Refused, match='"NATO" is not a bloc we know'):
        check_claim(replace(CLAIM, blocs=["NATO"]), TWO_FLOWS)


def test_the_table_is_left_as_it_was():
    trade = pd.DataFrame(exports(CHN=None, RUS=3.0, DEU=1.0))
    before = trade.copy(deep=True)
    check_claim(Claim("KAZ", "RUS", 2023, rank=1, ahead_of="DEU"), trade)
    pd.testing.assert_frame_equal(trade, before)


# ── the news report ──────────────────────────────────────────────────────────────────────


def test_russia_was_second_after_china_in_2023_by_turnover_unless_the_eu_is_one():
    claim = Claim("KAZ", "RUS", 2023, rank=2, behind="CHN")
    verdict = check_claim(claim, load_trade("KAZ", vintages="all"))
    found = [
        tuple(row[name] for name in ("blocs", "flow", "rank", "holds"))
        for row in rows_of(verdict.readings)
    ]
    assert set(found) == {
        ("", "turnover", 2, True),
        ("", "export", 3, False),
        ("", "import", 1, False),
        ("EU", "turnover", 3, False),
        ("EU", "export", 3, False),
        ("EU", "import", 1, False),
        ("EAEU", "turnover", None, None),
        ("EAEU", "export", None, None),
        ("EAEU", "import", None, None),
        ("CHN_HKG_MAC", "turnover", 2, True),
        ("CHN_HKG_MAC", "export", 3, False),
        ("CHN_HKG_MAC", "import", 1, False),
    }
    by_flow = verdict.readings.query("blocs == ''").set_index("flow")
    assert by_flow["margin"]["turnover"] == 3000939975.58
    assert by_flow["margin"]["import"] == 1457802619.18
    assert all(verdict.readings.loc[verdict.readings["holds"].notna(), "cells"].map(bool))
