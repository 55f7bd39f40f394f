"""Change one thing in the Kyrgyz, the Uzbek or a generated table, and see whether it is noticed.

    python tests/slips.py [--each 200] [--tables 400] [--seed 1]

prints the tables of docs/round-trip.md: of numbers, and of names, words, rows and columns. What
a printed figure can reveal of a number is told by the checks that it is in: a change beyond
what rounding lets any of them hide. For all else, `seen` says by which rule it is decided.
"""

import argparse
import random
import sys
from collections import Counter, defaultdict

from changing.became import outcome
from changing.books import SHIPPED, checks_of, generated, shipped
from changing.names import name_slips
from changing.numbers import KINDS, slip
from changing.rows import row_slips
from changing.words import word_slips


def count(book, kinds, rng, counts):
    """Change one number in each of some ways, and count what becomes of it."""
    checks = checks_of(book)
    for kind in kinds:
        found = slip(book, checks, kind, rng)
        if found is not None:
            what, seen = found
            counts[kind][what, seen] += 1


def count_others(book, rng, counts, each=1):
    """Change names, words, rows and columns, `each` times in every way."""
    checks = checks_of(book)
    for slips in (name_slips, word_slips, row_slips) * each:
        for made in slips(book, checks, rng):
            what, after = outcome(book, made.grids, made.moved)
            seen = what == "missed" and bool(made.seen(after))
            counts[made.kind][what, seen] += 1
            if seen:
                print(book.given.source, made.kind, made.what, file=sys.stderr)


def table(name, counts):
    print(f"\n{name}\n")
    print(
        "| what was changed | tried | noticed | no effect | missed, and nothing printed tells |"
        " missed, though something does |"
    )
    print("|---|--:|--:|--:|--:|--:|")
    total = sum(counts.values(), Counter())
    for kind, found in [*counts.items(), ("all", total)]:
        noticed = sum(n for (what, _), n in found.items() if what in ("refused", "reported"))
        no_effect = sum(n for (what, _), n in found.items() if what == "no effect")
        print(
            f"| {kind} | {found.total():,} | {noticed:,} | {no_effect:,} | "
            f"{found['missed', False]:,} | {found['missed', True]:,} |"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--each", type=int, default=200, help="numbers changed in each way")
    parser.add_argument("--tables", type=int, default=400, help="generated tables")
    parser.add_argument("--others", type=int, default=1, help="times for names, words, rows")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = random.Random(given.seed)
    for key in SHIPPED:
        book, counts, others = shipped(key), defaultdict(Counter), defaultdict(Counter)
        count(book, KINDS * given.each, rng, counts)
        table(key, counts)
        count_others(book, rng, others, given.others)
        table(f"{key}: names, words, rows, columns", others)
    counts, others = defaultdict(Counter), defaultdict(Counter)
    for number in range(given.tables):
        book = generated(f"{given.seed}/{number}")
        if book is not None:
            count(book, KINDS, rng, counts)
            # Of its own, lest the numbers changed above depend on it.
            count_others(book, random.Random(number), others, given.others)
    table("generated tables", counts)
    table("generated tables: names, words, rows, columns", others)


if __name__ == "__main__":
    main()
