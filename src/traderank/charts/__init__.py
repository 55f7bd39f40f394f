"""Charts whose title is their finding and whose source line is made from the table.

Each form takes a table that the measures left and returns a `Chart`: the figure, its words
for those who do not see it, its data and its source. Nothing outside this package knows
Matplotlib.
"""

from traderank.charts.bars import contribution_bars, value_bars
from traderank.charts.chart import Chart
from traderank.charts.columns import ahead_columns
from traderank.charts.lines import (
    concentration_lines,
    flow_panels,
    rank_lines,
    report_lines,
    reporter_panels,
    share_lines,
    value_lines,
)
from traderank.charts.readings import reading_chart

__all__ = [
    "Chart",
    "ahead_columns",
    "concentration_lines",
    "contribution_bars",
    "flow_panels",
    "rank_lines",
    "reading_chart",
    "report_lines",
    "reporter_panels",
    "share_lines",
    "value_bars",
    "value_lines",
]
