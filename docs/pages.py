"""The parts of the site that are made from the code: chart, table of ranks, API, commands."""

from __future__ import annotations

import importlib
from importlib.util import find_spec

from click.testing import CliRunner

import traderank
from front import front
from readings import make_readings

#: The modules of the API page in the order in which data flow through them.
MODULES = {
    "sources": "Shipped data",
    "extracts": "Extracts of other offices' figures",
    "reading": "Reading a workbook",
    "reading.view": "Looking at a sheet",
    "partners": "Partners",
    "measures": "Measures",
    "compare": "Comparisons",
    "mirrors": "Mirror reports",
    "derived": "Derived values",
    "rates": "Exchange rates",
    "world": "Every country's ranks",
    "products": "Goods by their codes",
    "rerouting": "A bound on rerouting",
    "vintages": "Editions",
    "claims": "Claims",
    "charts": "Charts",
    "tables": "Tables for readers",
    "markup": "A table that shows itself",
    "table": "The tidy table",
}


def make_pages():
    """Return the made pages, name to bytes."""
    made = {"api.md": api(), "commands.md": commands(), **front(), **make_readings()}
    return {
        name: content.encode() if isinstance(content, str) else content
        for name, content in made.items()
    }


def api():
    """Return the API reference: every public name under its module."""
    parts = ["# API reference\n\n`import traderank` gives every name below.\n"]
    for module, title in MODULES.items():
        names = sorted(name for name, home in traderank._HOME.items() if home == module)
        spec = find_spec(f"traderank.{module}")
        if not names or not spec or not spec.origin:
            continue
        parts.append(f"\n## {title}\n\n```{{eval-rst}}\n.. currentmodule:: traderank.{module}\n")
        parts.extend(_directive(module, name) for name in names)
        parts.append("```\n")
    return "\n".join(parts)


def _directive(module, name):
    thing = getattr(importlib.import_module(f"traderank.{module}"), name)
    kind = "class" if isinstance(thing, type) else "function"
    return f".. auto{kind}:: {name}\n"


def commands():
    """Return the help of every command, as the program prints it."""
    if not find_spec("traderank.cli"):
        return "# Command line\n"
    from traderank.cli import main as program

    parts = ["# Command line\n", _help(program, [])]
    for name in program.list_commands(None):
        parts.append(f"\n## {name}\n\n{_help(program, [name])}")
    return "\n".join(parts)


def _help(program, words):
    result = CliRunner().invoke(
        program, [*words, "--help"], prog_name="traderank", env={"COLUMNS": "80"}
    )
    return f"```text\n{result.output.rstrip()}\n```\n"
