"""Which counts of a few clients are kept back, so that they cannot be had by subtraction either."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def hidden(counts: Mapping[str, int], smallest: int, beside: Sequence[str] = ()) -> frozenset[str]:
    """Give the parts of a whole that are not to be shown, when the whole itself is shown.

    A part of 1 to `smallest` - 1 clients is hidden. What is hidden together has to be `smallest` clients or more in two
    parts or more: else another part that is not empty is hidden too, so that the whole less what is shown gives no count of
    a few; those of `beside` first, as given, then the smallest.
    """
    gone = {name for name, count in counts.items() if 0 < count < smallest}
    left = sorted((name for name in counts if name not in gone and counts[name]), key=lambda name: counts[name])
    left.sort(key=lambda name: beside.index(name) if name in beside else len(beside))
    while gone and left and (len(gone) < 2 or sum(counts[name] for name in gone) < smallest):
        gone.add(left.pop(0))
    return frozenset(gone)


def is_few(clients: int, smallest: int) -> bool:
    """Say whether these are a few clients: too few to be shown, and not none."""
    return 0 < clients < smallest
