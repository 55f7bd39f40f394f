"""traderank: partner-country tables, proved against the office's own totals, and ranked."""

from __future__ import annotations

import importlib

__version__ = "0.1.0"

# Importing does no work: a name is fetched from its module when it is first used,
# so that `import traderank` costs no more than `import pandas`.
_HOME = {
    "Refused": "table",
    "read_workbook": "reading",
    "Reading": "reading",
    "show_sheet": "reading.view",
    "load_trade": "sources",
    "load_sources": "sources",
    "raw_file": "sources",
    "load_extract": "extracts",
    "all_sources": "extracts",
    "load_list": "products",
    "sum_products": "products",
    "sum_months": "products",
    "most_rerouted": "rerouting",
    "load_rates": "rates",
    "to_usd": "rates",
    "mirror": "mirrors",
    "mirror_reasons": "mirrors",
    "rank_if": "mirrors",
    "year_before": "derived",
    "add_turnover": "measures",
    "add_share": "measures",
    "add_rank": "measures",
    "add_growth": "measures",
    "add_contribution": "measures",
    "concentration": "measures",
    "rank_margin": "measures",
    "merge_blocs": "compare",
    "revisions": "vintages",
    "compare_editions": "vintages",
    "Claim": "claims",
    "Verdict": "claims",
    "check_claim": "claims",
    "parse_claim": "claims",
    "display_name": "partners",
    "tabulate": "tables",
    "ReaderTable": "markup",
    "Chart": "charts",
    "rank_lines": "charts",
    "share_lines": "charts",
    "value_lines": "charts",
    "value_bars": "charts",
    "contribution_bars": "charts",
    "concentration_lines": "charts",
    "flow_panels": "charts",
    "reading_chart": "charts",
    "reporter_panels": "charts",
    "report_lines": "charts",
    "ahead_columns": "charts",
    "pair_ranks": "world",
    "count_ahead": "world",
}

__all__ = sorted(_HOME)


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"module 'traderank' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"traderank.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted([*globals(), *__all__])
