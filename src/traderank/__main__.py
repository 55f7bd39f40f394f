"""``python -m traderank`` is the same program as ``traderank``."""

from traderank.cli import main

main()
