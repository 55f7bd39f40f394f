"""Build the clean table from the raw files: python data/build.py.

Every file that sources.toml declares is read, and proved as far as it can be; data/clean/trade.csv
holds the numbers as they are printed, source by source, and data/clean/datapackage.json says what
they are. The same files make the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import pandas as pd

from traderank.sources import read_declared, read_sources
from traderank.table import COLUMNS, KEY, KINDS, Refused

DATA = Path(__file__).resolve().parent

#: What a column may hold (Table Schema); any text where nothing is said.
SCHEMA = {
    "reporter": {"constraints": {"required": True, "pattern": "[A-Z]{3}"}},
    "partner": {"constraints": {"required": True, "pattern": "[A-Z][A-Z0-9_]+"}},
    "partner_name": {"constraints": {"required": True}},
    "kind": {"constraints": {"required": True, "enum": list(KINDS)}},
    "flow": {"constraints": {"required": True, "enum": ["export", "import"]}},
    "year": {"type": "year", "constraints": {"required": True}},
    "period": {"constraints": {"required": True}},
    "months": {
        "type": "integer",
        "constraints": {"required": True, "minimum": 1, "maximum": 12},
    },
    "product": {"constraints": {"required": True}},
    "value": {"type": "number", "constraints": {"minimum": 0}},
    "currency": {"constraints": {"required": True, "pattern": "[A-Z]{3}"}},
    "share_published": {"type": "number", "constraints": {"minimum": 0, "maximum": 1}},
    "vintage": {"type": "date"},
    "status": {"constraints": {"enum": ["final", "preliminary"]}},
    "source": {"constraints": {"required": True}},
    "cell": {"constraints": {"required": True, "pattern": "[A-Z]+[1-9][0-9]*"}},
    "proof": {"constraints": {"required": True, "enum": ["proved", "consistent", "unproved"]}},
}


def read_raw(data=DATA):
    """Yield each source with its reading, in the order of sources.toml.

    Raises
    ------
    Refused
        If a file is not the one declared, is not declared, or cannot be proved.

    """
    sources = read_sources(data / "sources.toml")
    declared = {data / entry["file"] for entry in sources.values()}
    for path in sorted(set((data / "raw").rglob("*.*")) - declared):
        raise Refused("is not in sources.toml", "declare it there, or take it away", file=path)
    for key, entry in sources.items():
        yield key, entry, read_declared(data / entry["file"], sources)


def describe(content, sources):
    """Return the Frictionless data package of the clean table, as text."""
    fields = [
        {"name": name, "type": "string", "description": meaning} | SCHEMA.get(name, {})
        for name, meaning in COLUMNS.items()
    ]
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "traderank",
        "title": "Trade by partner country, as published, each number with its proof",
        "description": "Figures of national statistical offices, re-keyed from their files. "
        "One row is one reporter, partner, flow, product, period, vintage and source.",
        "licenses": _licences(sources),
        "sources": [_source(key, entry) for key, entry in sources.items()],
        "resources": [
            {
                "name": "trade",
                "type": "table",
                "path": "trade.csv",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "bytes": len(content),
                "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
                "schema": {
                    "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
                    "fields": fields,
                    "missingValues": [""],
                    # A source has one vintage, which may be unknown; a key may not.
                    "primaryKey": [name for name in KEY if name != "vintage"],
                },
            }
        ],
    }
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"


def _licences(sources):
    terms = {entry["licence_url"]: entry["licence"] for entry in sources.values()}
    return [{"path": path, "title": title} for path, title in terms.items()]


def _source(key, entry):
    return {
        "title": f"{key}: {entry['office']}, {entry['title']}, {entry['edition']}",
        "path": entry["url"],
    } | ({"version": entry["vintage"]} if "vintage" in entry else {})


def build(data=DATA):
    """Return the files of data/clean, name to bytes, and the readings they are made from."""
    sources, readings = {}, {}
    for key, entry, reading in read_raw(data):
        sources[key], readings[key] = entry, reading
    trade = pd.concat([reading.table for reading in readings.values()], ignore_index=True)
    content = trade.to_csv(index=False, lineterminator="\n").encode()
    package = describe(content, sources).encode()
    return {"trade.csv": content, "datapackage.json": package}, readings


def main():
    """Write data/clean, each file whole or not at all, and say how the readings ended."""
    try:
        files, readings = build()
    except Refused as refused:
        print(refused, file=sys.stderr)
        sys.exit(2)
    for key, reading in readings.items():
        print(f"{key}: {str(reading.proof).splitlines()[0]}")
    (DATA / "clean").mkdir(exist_ok=True)
    for name, content in files.items():
        part = DATA / "clean" / f"{name}.part"
        part.write_bytes(content)
        part.replace(DATA / "clean" / name)


if __name__ == "__main__":
    main()
