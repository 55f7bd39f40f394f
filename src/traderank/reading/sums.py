"""Which rows of a table are sums of which others: found by where they stand, and counted.

A group sums the rows printed under it (or over it, where totals stand last), or as many of
them as add up everywhere; a total sums groups, or all countries directly. A group that adds up
in most columns is wrong in the others. One that stands over rows that it does not sum (the EU
above a list of all countries) is no sum of this table, and nothing is proved of it.
"""

from __future__ import annotations

import math
from itertools import product
from typing import NamedTuple

import numpy as np

from traderank.reading.checks import SLACK

#: A sum that would add up by accident with more than this chance is not believed: one of
#: the rows right under a group, as is usual, and one of any groups that happen to fit.
CHANCE, CHANCE_OF_ANY = 1e-2, 1e-6

#: Of more groups than this, no combinations are tried.
MOST_GROUPS = 12

#: A list that falls short of its total in so many columns, and in all, names only a part.
PARTIAL = 3

#: Rows that add up to a group in this share of the columns, and in two, are meant as its parts.
MOST = 2 / 3


class Sum(NamedTuple):
    """One row that sums others, and what is left over in each column."""

    parent: int
    children: np.ndarray
    residual: np.ndarray
    bound: np.ndarray
    #: In which columns it adds up, within the rounding of what is printed.
    holds: np.ndarray
    #: Whether it does in all of them.
    always: bool
    #: The columns in which it is meant; in the others it need not hold.
    meant: np.ndarray


class Sums:
    """The sums of one table, rows by columns, in units of the finest printed decimal.

    Parameters
    ----------
    kinds : list of str
        For each row, country, aggregate or residual, from the top down.
    total : int or None
        The row of the published total.
    values, half : ndarray
        The numbers, and how far each may be from the exact one.
    partial : bool
        Whether the table says that it lists only some partners.
    """

    def __init__(self, kinds, total, values, half, *, partial=False):
        self.values, self.half, self.total, self.partial = values, half, total, partial
        self.groups = [r for r, kind in enumerate(kinds) if kind == "aggregate" and r != total]
        self.leaves = np.array([r for r, kind in enumerate(kinds) if kind != "aggregate"], int)
        self.kinds = kinds
        self.filled = (values != 0).any(axis=0)
        self.everywhere = np.ones(values.shape[1], dtype=bool)
        self.found, self.notes = [], []

    def find(self):
        """Return the sums that the table means, whether they hold everywhere or not."""
        ways = [self._tree(np.arange(len(self.values)))]
        if len(ways[0][0]) < len(self.groups) or not all(found.always for found in ways[0][0]):
            ways.append(self._tree(np.arange(len(self.values))[::-1]))
        self.found, top = max(ways, key=_holding) if len(ways) > 1 else ways[0]
        if self.total is not None:
            self._add_total(top)
        return self.found

    def _sum(self, parent, children):
        residual = self.values[parent] - self.values[children].sum(axis=0)
        bound = self.half[parent] + self.half[children].sum(axis=0)
        return self._left(parent, children, residual, bound)

    def _left(self, parent, children, residual, bound):
        holds = abs(residual) <= bound + SLACK
        return Sum(parent, children, residual, bound, holds, bool(holds.all()), self.everywhere)

    # ── groups ──────────────────────────────────────────────────────────────────────────

    def _tree(self, order):
        """Go through the groups from the last to the first, each over what stands below it.

        The rows right below a group are its own, to the next group, wherever they add up. If
        not, it sums the first so many of all that stands below and is not yet part of a group.
        A group then counts as one, for what stands above it.
        """
        is_group = np.zeros(len(order), dtype=bool)
        is_group[self.groups] = True
        order = order[order != self.total] if self.total is not None else order
        places = is_group[order].nonzero()[0]
        own = self._own(order, places)
        fits = [found is not None and found.always for found in own]
        rows, sums, top, end = order.tolist(), [], [], len(order)
        for at, place in reversed(list(enumerate(places.tolist()))):
            below = [*rows[place + 1 : end], *top]
            found = own[at] if fits[at] else self._first(rows[place], below, end - place - 1)
            others = any(fits) or bool(sums)
            if found is None and own[at] is not None and self._is_wrong(own[at], others):
                found = own[at]
            if found is not None:
                sums.append(found)
                below = [found.parent, *below[len(found.children) :]]
            top, end = below, place
        return sums, np.array([*rows[:end], *top], dtype=int)

    def _own(self, order, places):
        """Sum for each group the rows from it to the next one, all at once."""
        if not len(places):
            return []
        leaf = np.ones(len(order), dtype=bool)
        leaf[places] = False
        ends = np.append(places[1:], len(order))
        found = []
        for column in (self.values, self.half):
            running = (column[order] * leaf[:, None]).cumsum(axis=0)
            found.append(running[ends - 1] - running[places])
        parents = order[places]
        residual = self.values[parents] - found[0]
        bound = self.half[parents] + found[1]
        holds = abs(residual) <= bound + SLACK
        lists = (of.tolist() for of in (parents, places, ends))
        every = zip(*lists, residual, bound, holds, holds.all(axis=1).tolist(), strict=True)
        return [
            Sum(parent, order[place + 1 : end], *told, self.everywhere) if end - place > 1 else None
            for parent, place, end, *told in every
        ]

    def _first(self, parent, below, leaves):
        """Sum the first so many rows below a group: everywhere, or in most columns."""
        if not below:
            return None
        below = np.array(below)
        residuals = self.values[parent] - self.values[below].cumsum(axis=0)
        bounds = self.half[parent] + self.half[below].cumsum(axis=0)
        holds = abs(residuals) <= bounds + SLACK
        everywhere = holds.all(axis=1).nonzero()[0]
        one = len(everywhere) == 1
        count = 1 + int(everywhere[0] if one else self._best(parent, leaves, residuals, holds))
        found = self._left(parent, below[:count], residuals[count - 1], bounds[count - 1])
        told = holds[count - 1] & (self.values[parent] != 0)
        if not told.any() or self._chance(parent, told, found.bound) > CHANCE / count:
            return None
        if found.always or (told.sum() > 1 and self._is_meant_in_most(found)):
            return found
        return None

    def _best(self, parent, leaves, residuals, holds):
        """Return the last of the first so many rows that fit in most columns, and best."""
        score = holds.sum(axis=1)
        # Its own rows come first: fewer of them only where more columns fit.
        first = max(leaves, 1) - 1
        first = first if first < len(score) and score[first:].max() >= score.max() else 0
        best = first + (score[first:] == score[first:].max()).nonzero()[0]
        off = abs(residuals[best]).sum(axis=1)
        # A total sums the rows of nothing too that stand last.
        ties = (off == off.min()).nonzero()[0]
        return best[ties[-1 if parent == self.total else 0]]

    def _is_meant_in_most(self, found):
        """Tell a sum that is wrong in a few columns from rows that happen to add up in some."""
        holds = found.holds[self.filled]
        return holds.mean() >= MOST and not self._is_without_one(found)

    def _is_without_one(self, found):
        """Whether it would add up everywhere without one of its rows, which then is no part."""
        without = np.abs(found.residual + self.values[found.children])
        return bool((without <= found.bound + SLACK).all(axis=1).any())

    def _chance(self, parent, fit, bound):
        """Return the chance that one sum fits in so many columns by accident."""
        sizes = abs(self.values[parent][fit]).tolist()
        room = zip(bound[fit].tolist(), sizes, strict=True)
        return math.prod(min((2 * half + 1) / max(size, 1), 1) for half, size in room)

    def _is_wrong(self, own, others):
        """Tell a group that ought to be the sum of its rows from one that sums none.

        It ought to be if another group is, and it is in one column at least; but not if it
        exceeds its rows, or falls short of them, in each of many columns: then they are not
        all of its parts, or not only its parts.
        """
        countries = any(self.kinds[row] == "country" for row in own.children.tolist())
        if not others or not countries or self._is_without_one(own):
            return False
        off = own.residual[self.filled]
        return len(off) < PARTIAL or bool(
            own.holds[self.filled & (self.values[own.parent] != 0)].any()
        )

    # ── the total ───────────────────────────────────────────────────────────────────────

    def _add_total(self, top):
        """Add the sums of the total: of groups and what is in none, or of all countries."""
        direct = self._sum(self.total, self.leaves)
        whole = direct.holds[self.filled].all()
        tree = self._of_groups(top) if self.groups else None
        if tree is None and self.found and not whole:
            tree = self._combination(~self.everywhere)
        all_groups = len(self.found) == len(self.groups)
        if tree is None or (whole and not all_groups):
            if self._is_meant(direct, alone=True):
                self.found.append(direct)
            return
        second = None if all_groups else self._combination(tree.holds)
        if second is not None:
            nearer = ~tree.holds & (abs(second.residual) < abs(tree.residual))
            tree = tree._replace(meant=~nearer)
            self.found.append(second._replace(meant=nearer))
        self.found.insert(0, tree)
        if tree.always and all(found.always for found in self.found):
            return  # what the groups sum, and what sums the groups, sums the countries
        other = tree.holds | direct.holds
        if other[self.filled].all() and not all_groups and not tree.always:
            # Some years print groups that make up the total, other years do not.
            self.found[0] = tree._replace(meant=tree.holds)
            self.found.append(direct._replace(meant=direct.holds))
        elif self._is_meant(direct, alone=False):
            self.found.append(direct._replace(meant=~self._is_told(tree) | direct.holds))

    def _is_told(self, tree):
        """In which columns a group is wrong, and the countries' sum therefore by as much."""
        parts = {found.parent: found for found in self.found if found.parent != self.total}

        def unfold(rows):
            return [x for r in rows for x in (unfold(parts[r].children) if r in parts else [r])]

        if sorted(unfold(tree.children.tolist())) != self.leaves.tolist():
            return ~self.everywhere
        return tree.meant & ~np.all([found.holds for found in parts.values()], axis=0)

    def _of_groups(self, top):
        """Return the total as the sum of the groups, and of what is in none."""
        if not self.found:
            return None
        whole = self._sum(self.total, top)
        if whole.holds[self.filled].all():
            return whole
        first = self._first(self.total, top.tolist(), 0)
        return whole if first is None and len(self.found) == len(self.groups) else first

    def _is_meant(self, direct, alone):
        """Tell whether all countries ought to sum to the total, right or wrong."""
        if direct.holds[self.filled].any():
            return True
        short = (direct.residual > direct.bound)[self.filled]
        if short.all() and (self.partial or len(short) >= PARTIAL):
            listed = 1 - direct.residual[self.filled] / self.values[self.total][self.filled]
            self.notes.append(
                f"the countries listed make up {listed.min():.1%} to {listed.max():.1%} of the "
                "printed total: the list is not complete"
            )
            return False
        return alone

    def _combination(self, explained):
        """Return the sum of some groups and of what is in none that fits most other columns."""
        missing = np.flatnonzero(~explained & self.filled)
        if not len(missing) or not 1 < len(self.groups) <= MOST_GROUPS:
            return None
        groups = [found for found in self.found if found.parent != self.total]
        inside = {row for found in groups for row in found.children.tolist()}
        outside = [row for row in self.leaves.tolist() if row not in inside]
        chosen = np.array(list(product([0, 1], repeat=len(self.groups))))
        target = self.values[self.total] - self.values[outside].sum(axis=0)
        residual = target - chosen @ self.values[self.groups]
        bound = self.half[[self.total, *outside]].sum(axis=0) + chosen @ self.half[self.groups]
        fit = (np.abs(residual) <= bound + SLACK)[:, missing]
        best = int(fit.sum(axis=1).argmax())
        holds = np.zeros(len(explained), dtype=bool)
        holds[missing[fit[best]]] = True
        chance = len(chosen) * self._chance(self.total, holds, bound[best])
        if not holds.any() or chance >= CHANCE_OF_ANY:
            return None
        groups = [row for row, in_it in zip(self.groups, chosen[best], strict=True) if in_it]
        return self._sum(self.total, np.array([*groups, *outside]))


def _holding(way):
    """Count how often the sums of one way hold."""
    return sum(found.holds.sum() for found in way[0])
