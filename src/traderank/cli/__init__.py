"""The command line: ``traderank``, or ``python -m traderank``.

It reads options, calls the library and writes what comes out; it decides nothing. What is
slow to import is imported inside the commands, so that ``--help`` answers at once.
"""

from __future__ import annotations

import click

import traderank
from traderank.cli.claim import claim
from traderank.cli.diff import diff
from traderank.cli.program import Program
from traderank.cli.ranking import rank
from traderank.cli.shipped import sources
from traderank.cli.workbooks import check, clean


@click.group(
    cls=Program,
    commands=[clean, check, rank, claim, diff, sources],
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="\b\nExit status:\n"
    "  0  done (also where a reading is unproved, which is said)\n"
    "  1  a claim does not hold, or a comparison differs\n"
    "  2  the input was refused, and nothing written\n"
    "  3  our own fault or the network's (TRADERANK_DEBUG=1 shows where)",
)
@click.version_option(traderank.__version__, prog_name="traderank", message="%(prog)s %(version)s")
def main():
    """Read offices' partner-country trade tables, prove every number, rank the partners."""
