"""Reading and proving a table of a hundred times the rows, against that many small ones."""

from statistics import median
from time import perf_counter

from traderank import partners
from traderank.reading import Given, read_grids
from traderank.reading.cells import Unit
from traderank.reading.grid import Grid

GIVEN = Given(reporter="KAZ", unit=Unit(1000, "USD"), source="rows")
PARTNERS, TIMES, REPEATS = 100, 100, 7


def long_table(years):
    """Lay out a row for each partner, flow and year, in thousands, with a total."""
    names = [row["code"] for row in partners._shipped("partners.csv") if row["kind"] == "country"]
    names = [code for code in dict.fromkeys(names) if code != "KAZ"][:PARTNERS]
    rows = [["Partner", "Flow", "Year", "Value"]]
    for year in range(years):
        for flow in ("Export", "Import"):
            values = [float(1000 + 7 * at + year) for at in range(len(names))]
            rows.append(["World", flow, 1900 + year, sum(values)])
            for name, value in zip(names, values, strict=True):
                rows.append([name, flow, 1900 + year, value])
    return Grid("rows.csv", "", rows)


def seconds(grid):
    start = perf_counter()
    read_grids([grid], GIVEN)
    return perf_counter() - start


def measure():
    what, against = "a table of 100 times the rows", "100 times the small one"
    small, large = long_table(1), long_table(TIMES)
    seconds(small)
    ratios = [seconds(large) / seconds(small) for _ in range(REPEATS)]
    yield what, against, f"{median(ratios):.0f}× ({min(ratios):.0f}–{max(ratios):.0f})", "≤ 110×"


if __name__ == "__main__":
    for row in measure():
        print(*row, sep="  ")
