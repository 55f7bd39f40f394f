"""Run every benchmark and print one table: python benchmarks (or make bench).

A benchmark is a module bench_*.py here with `measure()`, which yields rows
(what, against what, measured, goal): ratios within one run, which a slower machine
does not change, or seconds where nothing stands beside it.
"""

import importlib
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table


def main():
    table = Table("what", "against", "measured", "goal", title="Benchmarks")
    console, error = Console(), Console(stderr=True)
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        with error.status(path.stem):
            for row in importlib.import_module(path.stem).measure():
                table.add_row(*row)
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
