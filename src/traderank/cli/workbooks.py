"""The commands that read workbooks: ``clean`` and ``check``."""

from __future__ import annotations

from pathlib import Path

import click

import traderank
from traderank.cli.output import examples, progress, put, say
from traderank.table import Refused

_PATH = click.Path(path_type=Path)
_FLOW = click.Choice(["export", "import"])
_STATUS = click.Choice(["final", "preliminary"])
_FILES = click.argument("files", metavar="FILE...", nargs=-1, required=True, type=_PATH)
_GIVEN = [
    click.option("--reporter", metavar="KAZ", help="Country that reports: ISO alpha-3 code."),
    click.option("--unit", metavar="UNIT", help='Unit of the numbers, as in "thousand USD".'),
    click.option("--flow", type=_FLOW, help="What the numbers are."),
    click.option("--year", type=int, metavar="2023", help="Calendar year."),
    click.option("--months", type=int, metavar="12", help="Length of the period in months."),
    click.option("--annual", is_flag=True, help="Sum twelve printed months into their year."),
    click.option("--vintage", metavar="DATE", help="Day of publication, as in 2024-07-25."),
    click.option("--status", type=_STATUS, help="Status of the edition."),
    click.option("--partners", type=_PATH, metavar="EXTRA.csv", help="Your own partner names."),
    click.option("--sources", type=_PATH, metavar="MY.toml", help="What you know of your files."),
]


def given(command):
    """Give a command options for what files do not print."""
    for option in reversed(_GIVEN):
        command = option(command)
    return command


@click.command(
    epilog=examples(
        "traderank clean ministry.xlsx --reporter KAZ",
        "traderank clean ministry.xlsx --reporter KAZ --status final -o tidy.xlsx",
        "traderank clean 2023.xlsx 2024.xlsx -o tidy.csv",
    )
)
@_FILES
@given
@click.option("-o", "--output", type=_PATH, metavar="OUT", help="File to write instead.")
def clean(files, output, **given):
    """Write workbooks as one tidy table, every number proved.

    The table goes to standard output as CSV, or to OUT, whose ending says the form: .csv,
    .parquet or .xlsx. How the numbers were proved is said on standard error. Give what a FILE
    does not print; what it prints and what is given must agree. Of several FILEs, all are
    read or nothing is written.

    One row is one reporter, partner, flow (export or import) and period; value is in whole
    units of currency; an empty value was not reported, 0 is no trade. EXTRA.csv has the columns
    name,code,kind; MY.toml has the form of the project's own data/sources.toml.
    """
    import pandas as pd

    from traderank.export import check_output, to_csv, write_table

    if output:
        lists = [given[name] for name in ("partners", "sources") if given[name]]
        check_output(output, [*files, *lists])
    readings = _read_all(files, **given)
    table = pd.concat([reading.table for reading in readings], ignore_index=True)
    proofs = list(map(_said, files, readings))
    if output:
        write_table(table, output, about=_about(proofs))
        proofs.append(f"{output}: {len(table)} rows written")
    say("\n".join(proofs))
    if not output:
        put(to_csv(table))


@click.command(
    epilog=examples(
        "traderank check ministry.xlsx --reporter KAZ",
        "traderank check 2023.xlsx 2024.xlsx",
    )
)
@_FILES
@given
def check(files, **given):
    """Prove workbooks by the sums they print, and write nothing.

    The word: proved (every number is in a check, and all checks hold), consistent (all hold,
    some numbers are in none) or unproved (nothing is printed to check against). Then how many
    checks of which kind were made, and how many numbers they cover; what the tables were read
    as (reporter, flows, periods, unit and the cell that says it), which no sum tells; and
    whatever else was seen. If a check does not hold, the FILE is refused.
    """
    readings = _read_all(files, **given)
    put("".join(f"{text}\n" for text in map(_said, files, readings)))


def _read_all(files, sources, partners, **given):
    from traderank.partners import read_extra
    from traderank.sources import load_sources

    known, extra = load_sources(sources), read_extra(partners) if partners else None
    readings, owners = [], {}
    with progress("Reading", len(files)) as advance:
        for path in files:
            readings.append(read_one(path, known, partners=extra, **given))
            _refuse_same(owners, path, readings[-1])
            advance()
    return readings


def read_one(path, known, **given):
    """Read one workbook; what cannot be read, or not be named in the table, is refused."""
    from traderank.sources import read_declared

    try:
        reading = read_declared(path, known, **given)
        "".join(reading.table["source"]).encode()
        return reading
    except UnicodeEncodeError:
        # An undeclared file's name stands in the table.
        raise Refused("the name of the file is not UTF-8", "rename it", file=path) from None
    except OSError as error:
        raise Refused(
            f"the file cannot be read ({error.strerror})", "check the path", file=path
        ) from error


def _refuse_same(owners, path, reading):
    """Refuse a source that is read twice: its rows could not be traced to one file."""
    for source in reading.table["source"].unique():
        other = owners.setdefault(source, path)
        if other is not path:
            raise Refused(
                f"{source} is its source, and that of {other} too",
                "leave one of the two out; two that differ need two names",
                file=path,
            )


def _said(path, reading):
    return f"{path.name}: {reading.proof}".replace("\n", "\n  ")


def _about(proofs):
    yield f"Trade in goods by partner country, read by traderank {traderank.__version__}."
    yield "One row is one reporter, partner, flow, product, period, vintage and source."
    for proof in proofs:
        yield from proof.splitlines()
