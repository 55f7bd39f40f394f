"""One thing changed in an edition is refused or told, unless no printed figure can reveal it."""

import random
from collections import Counter, defaultdict
from functools import cache

import pytest
from changing.books import SHIPPED, generated, shipped
from changing.numbers import KINDS
from changing.words import WORDS
from corruption import EDITIONS, changes, open_book, outcome
from slips import count, count_others


@cache
def became(key):
    """Change an edition four times in every way; return the changes and what became of them."""
    book, rng, kinds = open_book(key), random.Random(key), defaultdict(list)
    for change in changes(book, 4, rng):
        kinds[change.kind].append(change)
    chosen = [c for some in kinds.values() for c in rng.sample(some, min(4, len(some)))]
    return [(change, *outcome(book, change)) for change in chosen]


@pytest.mark.parametrize("key", EDITIONS)
def test_every_change_that_is_missed_is_one_that_nothing_printed_reveals(key):
    unexplained = [
        (change.kind, change.sheet, change.cell)
        for change, what, why in became(key)
        if what == "missed" and not why
    ]
    assert unexplained == []
    noticed = [what for _, what, _ in became(key) if what in ("refused", "reported")]
    assert len(noticed) > 0.85 * len(became(key))


# What each of these would do to a rank is worth more than a note.
GRAVE = {
    *("sign turned", "× 10", "÷ 10", "× 1,000", "text with a letter", "TRUE"),
    *("a partner of another row", "row repeated", "part of a column moved", "another year"),
    *("half a year", "another unit", "another currency"),
}


@pytest.mark.parametrize("key", EDITIONS)
def test_a_change_of_size_period_or_unit_is_refused_by_sheet_and_with_a_remedy(key):
    grave = [became for became in became(key) if became[0].kind in GRAVE]
    assert {change.kind for change, *_ in grave} == GRAVE
    for change, what, why in grave:
        assert what == "refused", (change.kind, change.sheet, change.cell, why)
        assert change.sheet in why
        assert "Remedy: " in why


@pytest.mark.parametrize("key", SHIPPED)
def test_no_changed_number_is_missed_that_a_check_of_its_table_reveals(key):
    counts = defaultdict(Counter)
    count(shipped(key), KINDS, random.Random(key), counts)
    assert sum(found.total() for found in counts.values()) >= 10
    assert [kind for kind, found in counts.items() if found["missed", True]] == []
    assert counts["sign turned"]["refused", True] or key.startswith("uzb")


@pytest.mark.parametrize("key", [key for key in SHIPPED if key.startswith("kgz")])
def test_no_changed_name_word_row_or_column_is_missed_that_something_printed_reveals(key):
    counts = defaultdict(Counter)
    count_others(shipped(key), random.Random(key), counts, 2)
    assert [kind for kind, found in counts.items() if found["missed", True]] == []
    for kind in ("a partner of another row", "row repeated", *WORDS):
        # One year more at the end of the row may only be a gap, and that is said.
        assert set(counts[kind]) <= {("refused", False), ("reported", False)}
        assert counts[kind].total() == 2


# A column said twice below a partner without it; groups that two countries dissolve where no
# total is printed; codes that are names too; a partner in but one of a long table's years;
# codes behind the numbers, in a table of three countries; the IMF's codes; a currency in one
# language; lists side by side in three languages; an order that two names break; a code in a
# table of two countries; a blank row that is in no sum.
NAMES = "1 28 33 421 466 204 34 81 130 217 221 295 450".split()


@pytest.mark.parametrize("name", NAMES)
def test_no_change_of_a_generated_table_is_missed_that_something_printed_reveals(name):
    counts = defaultdict(Counter)
    count_others(generated(f"2/{name}"), random.Random(int(name)), counts, 2)
    assert [kind for kind, found in counts.items() if found["missed", True]] == []
