"""Reading and proving the four originals, against merely loading the same sheets."""

from pathlib import Path
from statistics import median
from time import perf_counter

import pandas as pd

from traderank import read_workbook

ORIGINALS = Path(__file__).resolve().parents[1] / ".." / "shared" / "data" / "kaz" / "originals"
KYRGYZSTAN = {"sheet": "12_2019", "cell": "B11", "size": 0.05687, "reason": "cut, not rounded"}
REPEATS = 15


def read(path):
    return read_workbook(path, reporter="KAZ", known_errors=[KYRGYZSTAN]).table


def seconds(action):
    start = perf_counter()
    action()
    return perf_counter() - start


def measure():
    what, against = "read and prove the originals", "pandas.read_excel(calamine), same sheets"
    files = sorted(ORIGINALS.resolve().glob("*.xls"))
    if not files:
        yield what, against, "no originals here", "< 2×"
        return
    sheets = {path: sorted(read(path)["sheet"].unique()) for path in files}

    def ours():
        for path in files:
            read(path)

    def theirs():
        for path in files:
            pd.read_excel(path, sheet_name=sheets[path], header=None, engine="calamine")

    theirs()
    ratios = [seconds(ours) / seconds(theirs) for _ in range(REPEATS)]
    spread = f"{median(ratios):.2f}× ({min(ratios):.2f}–{max(ratios):.2f})"
    yield what, against, spread, "< 2×, better 1×"


if __name__ == "__main__":
    for row in measure():
        print(*row, sep="  ")
