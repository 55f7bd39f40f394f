"""Two editions of one table: what was revised beyond its printed digits, and what flipped."""

import json
from functools import partial

import duckdb
import pandas as pd
import polars as pl
import pytest
import tidyrows
from click.testing import CliRunner

from traderank import Refused, compare_editions, load_trade, revisions
from traderank.cli import main
from traderank.sources import data_folder

RAW = data_folder() / "raw" / "kaz"


row = partial(tidyrows.row, vintage="2024-02-01", status="preliminary", source="first")


def preliminary(**values):
    return [row(partner, value) for partner, value in values.items()]


def final(**values):
    of = {"vintage": "2024-08-01", "source": "last", "status": "final"}
    return [row(partner, value, **of) for partner, value in values.items()]


#: China is behind in the preliminary edition and ahead in the final one.
FIRST = preliminary(WLD=19e6, RUS=7100e3, CHN=6900e3, ITA=5000e3)
LAST = final(WLD=19.4e6, RUS=7100e3, CHN=7300e3, ITA=5000e3)


def told(found, *names):
    found = found.astype(object).where(found.notna(), None)
    return {row["partner"]: tuple(row[name] for name in names) for _, row in found.iterrows()}


# ── revisions ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("engine", [pd.DataFrame, pl.DataFrame, pl.LazyFrame, None])
def test_a_revision_is_the_latest_less_the_initial_release_and_flips_ranks(engine):
    frame = pd.DataFrame(LAST + FIRST)
    trade = duckdb.from_df(frame) if engine is None else engine(LAST + FIRST)
    found = revisions(trade)
    assert told(found, "initial", "latest", "revision", "outcome", "flipped") == {
        "CHN": (6900e3, 7300e3, 400e3, "revised", True),
        "ITA": (5000e3, 5000e3, 0, "unchanged", False),
        "RUS": (7100e3, 7100e3, 0, "unchanged", True),
        "WLD": (19e6, 19.4e6, 400e3, "revised", None),
    }
    assert told(found, "initial_rank", "latest_rank")["CHN"] == (2, 1)
    assert set(found["initial_vintage"]) == {"2024-02-01"}
    assert found.set_index("partner")["revision_relative"]["CHN"] == pytest.approx(4 / 69)


def test_a_period_with_one_vintage_says_so_and_claims_no_stability():
    found = revisions(pd.DataFrame(FIRST))
    assert set(told(found, "vintages", "outcome", "flipped").values()) == {(1, "one vintage", None)}


def test_between_the_first_and_the_last_there_may_be_others():
    middle = [row("RUS", 1.0, vintage="2024-05-01", source="middle")]
    found = revisions(pd.DataFrame(FIRST + middle + LAST))
    assert told(found, "vintages", "initial", "latest")["RUS"] == (3, 7100e3, 7100e3)


def test_who_appeared_and_who_vanished_is_told():
    rows = preliminary(RUS=2.0, CHN=1.0) + final(RUS=2.0, ITA=3.0)
    assert told(revisions(pd.DataFrame(rows)), "outcome", "initial", "latest") == {
        "CHN": ("vanished", 1.0, None),
        "ITA": ("appeared", None, 3.0),
        "RUS": ("unchanged", 2.0, 2.0),
    }


def test_a_value_that_came_to_be_reported_is_a_revision():
    rows = preliminary(RUS=None, CHN=1.0) + final(RUS=2.0, CHN=1.0)
    assert told(revisions(pd.DataFrame(rows)), "outcome", "revision")["RUS"] == ("revised", None)


@pytest.mark.parametrize(
    ("value", "outcome"), [(5007142523.35, "rounding"), (5007142700.0, "revised")]
)
def test_a_difference_within_the_printed_digits_is_rounding(value, outcome):
    # The first edition prints hundreds of dollars, the last one cents.
    cut = {f"A{n:02}": 1e6 * n + 100.0 * (n % 9 + 1) for n in range(1, 30)}
    whole = {name: value + n for n, (name, value) in enumerate(cut.items(), 1)}
    whole = {name: value + 0.01 * (n % 9 + 1) for n, (name, value) in enumerate(whole.items())}
    rows = preliminary(RUS=5007142500.0, **cut) + final(RUS=value, **whole)
    found = told(revisions(pd.DataFrame(rows)), "outcome")
    assert found["RUS"] == (outcome,)
    assert {word for partner, word in found.items() if partner != "RUS"} == {("rounding",)}


def test_the_kazakh_years_with_two_editions_differ_in_rounding_only():
    found = revisions(load_trade("KAZ", vintages="all"))
    words = found.groupby("year")["outcome"].agg(lambda words: {*words}).to_dict()
    assert words.pop(2019) == words.pop(2020) == {"unchanged", "rounding"}
    assert set(map(frozenset, words.values())) == {frozenset({"one vintage"})}
    assert not found["flipped"].fillna(False).any()


@pytest.mark.parametrize("other", [{"vintage": None}, {"source": "another"}])
def test_editions_that_no_date_puts_in_order_are_refused(other):
    rows = FIRST + [row | other for row in FIRST]
    with pytest.raises(Refused, match="several editions that no date puts in order"):
        revisions(pd.DataFrame(rows))


def test_a_currency_that_changed_between_editions_is_refused():
    rows = FIRST + [row | {"currency": "EUR"} for row in LAST]
    with pytest.raises(Refused, match="KAZ 2023 is in USD in one edition and in EUR"):
        revisions(pd.DataFrame(rows))


# ── two tables ───────────────────────────────────────────────────────────────────────────


def test_what_differs_is_listed_with_the_largest_revision_first():
    found = compare_editions(pd.DataFrame(FIRST), pd.DataFrame(LAST))
    assert told(found, "value_old", "value_new", "outcome", "flipped") == {
        "WLD": (19e6, 19.4e6, "revised", None),
        "CHN": (6900e3, 7300e3, "revised", True),
        "RUS": (7100e3, 7100e3, "unchanged", True),
    }
    assert compare_editions(pd.DataFrame(FIRST), pd.DataFrame(FIRST)).empty


def test_editions_without_a_date_are_compared_as_they_are_given():
    undated = [
        [row | {"flow": flow, "vintage": None} for flow in ("export", "import") for row in rows]
        for rows in (FIRST, LAST)
    ]
    found = compare_editions(*map(pd.DataFrame, undated)).query("flow == 'turnover'")
    assert told(found, "outcome", "revision")["CHN"] == ("revised", 800e3)


def test_a_partner_is_renamed_if_more_than_case_and_spaces_changed():
    old = [row("RUS", 1.0, partner_name="Russia"), row("CHN", 2.0, partner_name="China")]
    new = [row("RUS", 1.0, partner_name=" RUSSIA"), row("CHN", 2.0, partner_name="PR China")]
    found = compare_editions(pd.DataFrame(old), pd.DataFrame(new))
    assert told(found, "outcome", "renamed", "name_new") == {"CHN": ("unchanged", True, "PR China")}


def test_turnover_is_compared_too_unless_its_parts_are_of_two_files():
    both = [*FIRST, *(row | {"flow": "import"} for row in FIRST)]
    later = [*LAST, *(row | {"flow": "import"} for row in LAST)]
    found = compare_editions(pd.DataFrame(both), pd.DataFrame(later))
    assert told(found.query("flow == 'turnover'"), "revision")["CHN"] == (800e3,)
    later = [*LAST, *(row | {"flow": "import"} for row in FIRST)]
    found = compare_editions(pd.DataFrame(both), pd.DataFrame(later))
    assert found.query("flow == 'turnover'")["outcome"].tolist() == ["only in old"]


def test_a_period_that_only_one_has_is_one_row():
    more = [*FIRST, row("RUS", 1.0, year=2022, period="2022")]
    found = compare_editions(pd.DataFrame(more), pd.DataFrame(FIRST))
    assert found[["period", "outcome"]].values.tolist() == [["2022", "only in old"]]
    assert not found["renamed"].any()


def test_tables_with_nothing_in_common_are_refused():
    other = [row("RUS", 1.0, year=2022, period="2022")]
    with pytest.raises(Refused, match="no period of a reporter's flow in common"):
        compare_editions(pd.DataFrame(other), pd.DataFrame(FIRST))


def test_a_side_with_several_editions_is_refused():
    with pytest.raises(Refused, match="KAZ export 2023 stands in several editions: first, last"):
        compare_editions(pd.DataFrame(FIRST + LAST), pd.DataFrame(LAST))


# ── the command ──────────────────────────────────────────────────────────────────────────

SECOND = "Russia was Kazakhstan's largest export destination in 2023"


def invoke(*words):
    return CliRunner().invoke(main, ["diff", *map(str, words)])


@pytest.fixture
def editions(tmp_path):
    from traderank.table import COLUMNS

    paths = []
    for name, rows in (("old.csv", FIRST), ("new.parquet", LAST)):
        frame = pd.DataFrame(rows).reindex(columns=list(COLUMNS))
        paths.append(tmp_path / name)
        if name.endswith(".csv"):
            frame.to_csv(paths[-1], index=False)
        else:
            frame.to_parquet(paths[-1])
    return paths


def test_diff_of_an_edition_with_itself_ends_with_0(editions):
    done = invoke(editions[0], editions[0])
    assert done.exit_code == 0, done.output
    assert "Nothing differs beyond printed rounding." in done.stdout


def test_diff_tells_ranks_that_flipped_and_ends_with_1(editions):
    done = invoke(*editions)
    assert done.exit_code == 1, done.stderr
    assert "1 → 2" in done.stdout and "2 → 1" in done.stdout
    assert "3 rows differ: 2 revised, 2 with another rank." in done.stdout


def test_diff_says_where_the_answer_to_a_claim_changes(editions):
    done = invoke(*editions, "--claim", SECOND, "--format", "json")
    assert done.exit_code == 1
    assert "Changed by export: it was true, and is false." in done.stderr
    assert [row["partner"] for row in json.loads(done.stdout)] == ["WLD", "CHN", "RUS"]
    same = invoke(editions[0], editions[0], "--claim", SECOND)
    assert same.exit_code == 0 and "Its answer is the same in all 4 readings." in same.stdout


def test_diff_reads_workbooks():
    done = invoke(RAW / "2019.xlsx", RAW / "2020.xlsx", "--format", "csv")
    assert done.exit_code == 1
    assert "Малые Тихоокеан. Отдаленные остроа США" in done.stdout
    assert "only in old" in done.stdout and "revised" not in done.stdout


@pytest.mark.parametrize("name", ["absent.csv", "absent.xlsx", "absent.parquet"])
def test_diff_of_a_file_that_is_not_there_is_refused(tmp_path, editions, name):
    done = invoke(editions[0], tmp_path / name)
    assert (done.exit_code, done.stdout) == (2, "") and name in done.stderr
