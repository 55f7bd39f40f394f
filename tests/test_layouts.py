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
