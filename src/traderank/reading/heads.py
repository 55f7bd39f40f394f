"""What the texts of a header speak for: one column, or the columns that they stand over."""

from __future__ import annotations

#: The ways in which a header text may reach further than its own cell.
MERGED, RIGHTWARD, EVENLY = "merged cells", "to the next text", "evenly"


def ways_of_all(grid, blocks, data):
    """Return the ways to read the headers of a table's blocks, which need not be laid out alike."""
    first, *others = blocks
    found = dict.fromkeys(ways(grid, first, data))
    if MERGED not in found:
        found |= dict.fromkeys(way for block in others for way in ways(grid, block, data))
    return [way for way in found if way != MERGED or len(found) == 1]


def ways(grid, block, data):
    """Return the ways to read a block's header that differ, the likeliest first.

    Where cells are merged, a text speaks for the cells it is merged over. Where none are,
    it speaks for the blank cells to its right, or the texts of a row share its columns
    evenly, if each stands within its share (as centred texts do).
    """
    if any((p.row, p.column) in grid.ends for places in block.heads for p in places):
        return [MERGED]
    if not any(_has_gap(places, data) for places in block.heads):
        return [RIGHTWARD]
    found = {}
    for way in (RIGHTWARD, EVENLY):
        told = [[place.value for place in texts] for texts in over(grid, block, data, way).values()]
        found.setdefault(str(told), (way, _repeats(told)))
    # No two columns are headed alike: a way in which some are is not the one that is meant.
    fewest = min(repeats for _, repeats in found.values())
    return [way for way, repeats in found.values() if repeats == fewest]


def _repeats(texts):
    return len(texts) - len(set(map(str, texts)))


def _has_gap(places, data):
    there = {place.column for place in places}
    return bool(there) and any(index not in there for index in data)


def over(grid, block, data, way):
    """Return for each column of numbers the texts that stand over it, from the top down.

    A text reaches no further than the one above it, and the lowest row's texts speak for
    their own columns alone: what stands blank beside «share» is the value.
    """
    texts, bounds = {index: [] for index in data}, set()
    shares = _spread(block.heads, data) if way == EVENLY else {}
    for row, places in enumerate(block.heads):
        mine = MERGED if row > 0 and row + 1 == len(block.heads) else way
        spans = shares.get(row) or list(_spans(grid, places, data, mine, bounds))
        for place, columns in spans:
            bounds.add(place.column)
            for index in columns:
                if index in texts:
                    texts[index].append(place)
    return texts


def _names(heads, row, data):
    """Return what a row of the header calls each column, None where it does not say.

    In the lowest row a blank is a name as well: that of the value.
    """
    if row >= len(heads):
        return []
    texts = {place.column: str(place.value) for place in heads[row]}
    return [texts.get(index, "" if row + 1 == len(heads) else None) for index in data]


def _spans(grid, places, data, way, bounds):
    starts = sorted({place.column for place in places} | bounds)
    for place in places:
        end = grid.ends.get((place.row, place.column), place.column)
        if end == place.column and way != MERGED:
            end = (
                next((at for at in starts if at > place.column), max(place.column, data[-1]) + 1)
                - 1
            )
        yield place, range(place.column, end + 1)


def _spread(heads, data):
    """Share the columns among the texts of each row that has gaps, from the lowest row up.

    A text stands over whole shares of the row below it.
    """
    found, starts = {}, set(data)
    for row in reversed(range(len(heads) - 1) or range(len(heads))):
        places, below = heads[row], _names(heads, row + 1, data)
        shares = _shares(places, data, starts) or _centred(places, below, data, starts)
        if shares:
            found[row] = list(zip(places, shares, strict=True))
            starts = {share[0] for share in shares}
    return found


def _shares(places, data, starts):
    """Share the columns among the texts of a row, each as many; [] if one is not within its own."""
    if not places or len(data) % len(places):
        return []
    size = len(data) // len(places)
    shares = [data[at * size : (at + 1) * size] for at in range(len(places))]
    fits = all(
        share[0] in starts and place.column in _middle(share)
        for place, share in zip(places, shares, strict=True)
    )
    return shares if fits else []


def _centred(places, below, data, begins):
    """Share the columns among texts that stand in the middle of theirs; [] if none or two ways fit.

    Columns at the left may have no text. Within a share, the row below has no text twice.
    """
    at = {index: place for place, index in enumerate(data)}
    middles = [at.get(place.column) for place in places]
    if not places or None in middles:
        return []

    def distinct(start, end):
        told = [name for name in below[start:end] if name is not None]
        return len(told) == len(set(told))

    def shared(starts):
        ways = {start: [[]] for start in starts if distinct(0, start)}
        for middle in middles:
            longer = {}
            for start, before in ways.items():
                for end in (2 * middle - start + 1, 2 * middle - start + 2):
                    cut = start <= middle < end <= len(data) and data[start] in begins
                    if cut and distinct(start, end):
                        more = [[*way, data[start:end]] for way in before]
                        longer[end] = (longer.get(end, []) + more)[:2]
            ways = longer
        return ways.get(len(data), [])

    found = shared([0]) or shared(range(1, middles[0] + 1))
    return found[0] if len(found) == 1 else []


def _middle(columns):
    """Return where a text stands that is centred over columns."""
    return columns[(len(columns) - 1) // 2], columns[len(columns) // 2 if len(columns) > 2 else 0]
