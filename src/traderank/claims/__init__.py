"""A claim about trade partners, put to the test in every reading that its sentence leaves open.

A sentence such as "Russia is the second-largest trading partner" says neither which flow is
meant, nor who counts as one partner, nor which edition or whose report is believed. Each
choice is a reading, and each is answered.
"""

from traderank.claims.check import check_claim
from traderank.claims.claim import Claim
from traderank.claims.sentences import parse_claim
from traderank.claims.verdict import Verdict

__all__ = ["Claim", "Verdict", "check_claim", "parse_claim"]
