"""A random table in a random layout is read exactly, or refused with a reason."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from layouts import outcome, random_case, run_one

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


@pytest.mark.parametrize("seed", ["2026/951", "2026/3397"])
def test_blocks_whose_columns_differ_are_not_read_as_the_first(seed):
    """A column of names, or a centred header, in one block says nothing of another's."""
    _, _, what, _ = run_one(seed)
    assert what != "wrong"
