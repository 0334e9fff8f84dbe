"""Which labels a listing or report is narrowed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fit_toolkit.errors import UsageError

if TYPE_CHECKING:
    from fit_toolkit.practice import Practice


def wanted_labels(practice: Practice, labels: tuple[str, ...], site: str | None) -> tuple[str, ...]:
    """Check that somebody has the labels: a report about nobody, because of a slip, would look like news."""
    from fit_toolkit.store.labels import SITE, all_labels, check_label

    wanted = tuple(check_label(label) for label in (*labels, *([f"{SITE}{site}"] if site is not None else [])))
    if wanted:
        with practice.store.read() as c:
            known = all_labels(c)
        for label in wanted:
            if label not in known:
                raise UsageError(f"no episode has the label {label}", hint=f"known: {', '.join(known) or 'none'}")
    return wanted
