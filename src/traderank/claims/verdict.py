"""The verdict on a claim: every reading of it, whether it holds there, and how firmly."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pandas as pd

from traderank.claims.claim import Claim
from traderank.export import to_csv
from traderank.table import address

_IN_JSON = (
    *("flow", "blocs", "vintage", "source", "holds", "rank", "value", "share", "rival"),
    *("margin", "error_to_flip", "cells"),
)


@dataclass(frozen=True, eq=False)
class Verdict:
    """What became of a claim: what `check_claim` returns.

    Parameters
    ----------
    claim : Claim
    readings : pandas.DataFrame
        One row per reading; see `check_claim`.
    editions : pandas.DataFrame
        One row per ranking that they rest on: flow, year, vintage, source, sheet, and the
        weakest status and proof in it.
    """

    claim: Claim
    readings: pd.DataFrame
    editions: pd.DataFrame

    @property
    def holds(self):
        """Whether it holds in the reading that it names, in all where it names none.

        None where it has no answer there. A reading that has no answer counts as neither.
        """
        answers = self.readings.loc[self.readings["named"], "holds"].dropna()
        return bool(answers.all()) if len(answers) else None

    def counts(self):
        """Count the readings in which it holds, does not hold, and has no answer."""
        holds = self.readings["holds"]
        return int(holds.sum()), int((~holds).sum()), int(holds.isna().sum())

    def __str__(self):
        held, failed, silent = self.counts()
        where = "in all of its readings"
        if not self.readings["named"].all():
            where = "in the reading that it names"
        answer = {True: "It holds", False: "It does not hold", None: "It has no answer"}[self.holds]
        return (
            f"{self.claim}.\n{answer} {where}. Of {len(self.readings)} readings it holds in "
            f"{held} and does not in {failed}; {silent} have no answer."
        )

    def to_csv(self):
        """Return the readings as CSV, the cells joined: "2023.xlsx 2023!D12 + …".

        Returns
        -------
        bytes
        """
        cells = [" + ".join(map(_address, cells)) for cells in self.readings["cells"]]
        return to_csv(self.readings.assign(cells=cells))

    def to_json(self):
        """Return claim, answer and readings as JSON.

        Returns
        -------
        bytes
        """
        rows = self.readings.astype(object).where(self.readings.notna(), None)
        readings = [{name: row[name] for name in _IN_JSON} for row in rows.to_dict("records")]
        for reading in readings:
            reading["blocs"] = reading["blocs"].split(" + ") if reading["blocs"] else []
        told = {"claim": self.claim.as_dict(), "holds": self.holds, "readings": readings}
        return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()


def _address(cell):
    return f"{cell['file']} {address(cell['sheet'], cell['cell'])}"
