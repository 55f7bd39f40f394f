"""Comparisons of printed numbers with what other printed numbers make them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

#: Far below half a unit of the finest printed decimal, far above a float's noise.
SLACK = 1e-6


@dataclass(slots=True)
class Checks:
    """Comparisons of one kind, as arrays: which printed number, what is left over, and may be.

    They hold nothing of their `Arithmetic`, lest a circle keep both in memory: ``members`` gives
    the cells (row, column) of one comparison, ``text`` says what it is;
    ``digits`` gives for some of them the rounding error that all numbers share, or 0.
    """

    kind: str
    rows: np.ndarray
    columns: np.ndarray
    residual: np.ndarray
    bound: np.ndarray
    slack: float
    members: Callable
    text: Callable
    digits: Callable | None = None

    def failures(self):
        """Return the places, in these arrays, of the comparisons that do not hold."""
        return (abs(self.residual) > self.bound + self.slack).nonzero()[0]

    def inexact(self):
        """Return the places of those that hold, and not to the last digit."""
        off = abs(self.residual)
        return ((off > 0) & (off <= self.bound + self.slack)).nonzero()[0]
