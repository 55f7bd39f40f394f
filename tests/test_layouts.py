"""A random table in a random layout is read exactly, or refused with a reason."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from layouts import outcome, random_case, run_one

from traderank.reading import Given, read_grids
from traderank.reading.grid import Grid
from traderank.table import Refused

#: What is measured over 20,000 tables (docs/round-trip.md) is asked of these as well.
RUNS = 120


@settings(
    max_examples=RUNS,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32))
def test_no_random_layout_is_read_wrong(seed, tmp_path):
    what, why = outcome(random_case(random.Random(seed)), tmp_path)
    assert what in ("exact", "refused"), why
    assert what == "exact" or "Remedy: " in why, why


def test_nearly_all_random_layouts_are_read():
    outcomes = [run_one(f"suite/{number}") for number in range(RUNS)]
    assert sum(what == "exact" for *_, what, _ in outcomes) >= 0.95 * RUNS


def test_the_comparison_sees_one_wrong_number(tmp_path):
    cases = (random_case(random.Random(f"a wrong number {number}")) for number in range(20))
    case = next(case for case in cases if outcome(case, tmp_path)[0] == "exact")
    key = next(key for key, units in case.known.printed.items() if units and key[1] != "turnover")
    case.known.printed[key] += 1
    what, why = outcome(case, tmp_path)
    assert (what, key[0] in why) == ("wrong", True)


#: Tables that were once read wrong, and what must not be believed of them.
ONCE_WRONG = {
    "2026/951": "a column of names in one block says nothing of another's",
    "2026/3397": "a centred header in one block says nothing of another's",
    "3/173": "ranks in one block's column may be values in the next",
    "3/1838": "a text over three rows' columns does not end amid one of a text below it",
    "3/3312": "«1 2 3» numbers the columns of each of two lists side by side",
}


@pytest.mark.parametrize("seed", ONCE_WRONG, ids=ONCE_WRONG.get)
def test_a_table_once_read_wrong_is_not_again(seed):
    _, _, what, why = run_one(seed)
    assert what != "wrong", why


# ── the same, small ──────────────────────────────────────────────────────────────────────


def read(rows, merged=()):
    """Read rows as Armenia's: partner, flow and year → value."""
    width = max(map(len, rows))
    cells = [["" if v is None else v for v in [*row, *[None] * (width - len(row))]] for row in rows]
    cells = [[float(v) if v.__class__ is int else v for v in row] for row in cells]
    table = read_grids([Grid("a.xlsx", "1", cells, list(merged))], Given(reporter="ARM")).table
    keys = zip(table["partner"], table["flow"], table["year"], strict=True)
    return dict(zip(keys, table["value"] / 1000, strict=True))


def test_a_column_of_ranks_in_one_block_may_hold_values_in_the_next():
    rows = [
        ["Trade by country, thousand USD"],
        [2022],
        ["Country", "Exports", None, "Imports", None],
    ]
    rows += [[None, None, "Rank", None, "Rank"], ["China", 50, 1, 30, 2], ["Iran", 40, 2, 60, 1]]
    rows += [[None], [2023], ["Country", "Exports", None, None, "Imports", None, None]]
    rows += [[None, None, "Growth, %", "Rank", None, "Growth, %", "Rank"]]
    rows += [["China", 55, 110.5, 1, 33, 110.5, 2], ["Iran", 44, 110.5, 2, 66, 110.5, 1]]
    merged = [((2, 1), (2, 2)), ((2, 3), (2, 4)), ((8, 1), (8, 3)), ((8, 4), (8, 6))]
    values = read(rows, merged)
    assert (values["IRN", "import", 2022], values["IRN", "import", 2023]) == (60, 66)
    assert len(values) == 8


def test_a_text_centred_over_columns_stands_over_whole_shares_of_the_texts_below_it():
    rows = [["Foreign trade turnover, thousand USD"]]
    rows += [[None, None, None, "Exports", *[None] * 4, "Imports", None, None, "Balance", None]]
    rows += [[None, None, 2023, None, 2022, None, None, 2023, None, 2022, None, 2023, 2022]]
    share, growth = "Share, %", "Growth, %"
    rows += [["Country", None, share, growth, None, share, None, share, growth, None, share]]
    rows += [["China", 10, 25, 90.5, 12, 60, 45, 60, 90.5, 30, 50, -35, -18]]
    rows += [["Iran", 30, 75, 90.5, 8, 40, 30, 40, 90.5, 30, 50, 0, -22]]
    rows += [["Total", 40, 100, 90.5, 20, 100, 75, 100, 90.5, 60, 100, -35, -40]]
    values = read(rows)
    assert [values["CHN", flow, 2023] for flow in ("export", "import")] == [10, 45]
    assert len(values) == 12


def test_the_title_of_both_flows_is_not_that_of_a_column_beside_columns_of_one():
    rows = [["Foreign trade turnover, 2023, thousand USD"], ["Country", None, "Exports"]]
    with pytest.raises(Refused, match="nothing says whether column B is exports or imports"):
        read([*rows, ["China", 50, 30], ["Iran", 40, 10]])


def test_numbers_over_the_columns_of_two_lists_are_no_partners_codes():
    rows = [["Trade, 2023, thousand USD"], ["Exports", None, None, "Imports", None, None]]
    rows += [["Code", "Country", "Value"] * 2, [2, 3, 4] * 2]
    rows += [["CHN", "China", 50, "IRN", "Iran", 60], ["IRN", "Iran", 40, "CHN", "China", 30]]
    values = read(rows)
    assert values == {
        **{("CHN", "export", 2023): 50, ("IRN", "export", 2023): 40},
        **{("IRN", "import", 2023): 60, ("CHN", "import", 2023): 30},
    }
