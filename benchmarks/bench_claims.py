"""A claim in all its readings: every flow, bloc, edition and source that there is."""

from statistics import median
from time import perf_counter

from traderank import Claim, check_claim, load_trade

REPEATS = 11
CLAIM = Claim("KAZ", "RUS", 2020, rank=1)


def seconds(action):
    start = perf_counter()
    action()
    return perf_counter() - start


def measure():
    trade = load_trade("KAZ", vintages="all")
    first = seconds(lambda: check_claim(CLAIM, trade))
    readings = len(check_claim(CLAIM, trade).readings)
    times = [seconds(lambda: check_claim(CLAIM, trade)) for _ in range(REPEATS)]
    what = f"a claim in {readings} readings"
    spread = f"{median(times):.2f} s ({min(times):.2f}–{max(times):.2f})"
    yield what, "nothing stands beside it", spread, "< 1 s"
    yield f"{what}, the first after import", "the same, warm", f"{first:.2f} s", "< 1 s"


if __name__ == "__main__":
    for row in measure():
        print(*row, sep="  ")
