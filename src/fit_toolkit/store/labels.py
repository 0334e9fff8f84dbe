"""Labels of episodes: what a report may be narrowed to. A site is the label `site:NAME`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa

from fit_toolkit.errors import DataError, UsageError
from fit_toolkit.store import schema as s
from fit_toolkit.store.people import episode_id
from fit_toolkit.store.rows import rows_in

SITE: Final = "site:"
RULE: Final = "a label has small letters, digits and hyphens, such as evening-clinic; a site is written site:north"
_LABEL: Final = re.compile(r"(site:)?[a-z0-9][a-z0-9-]{0,39}")


def check_label(label: str) -> str:
    """Give the label, or refuse what none can be called."""
    if not _LABEL.fullmatch(label):
        raise UsageError(f"'{label[:60]}' cannot be a label", hint=RULE)
    return label


def add_labels(c: sa.Connection, episode: str, labels: Iterable[str]) -> list[str]:
    """Give an episode labels; return those it did not have yet. An episode is at one site at most."""
    found = episode_id(c, episode)
    there = labels_of(c, [found]).get(found, ())
    new = [check_label(label) for label in dict.fromkeys(labels) if label not in there]
    sites = [label for label in (*there, *new) if label.startswith(SITE)]
    if len(sites) > 1:
        raise DataError(
            f"the episode would be at two sites: {sites[0]} and {sites[1]}", hint="take the other off first"
        )
    if new:
        c.execute(sa.insert(s.label), [{"episode_id": found, "label": label} for label in new])
    return new


def remove_labels(c: sa.Connection, episode: str, labels: Iterable[str]) -> list[str]:
    """Take labels off an episode; return those it had."""
    found = episode_id(c, episode)
    there = labels_of(c, [found]).get(found, ())
    gone = [label for label in dict.fromkeys(labels) if label in there]
    c.execute(sa.delete(s.label).where(s.label.c.episode_id == found, s.label.c.label.in_(gone)))
    return gone


def labels_of(c: sa.Connection, episode_ids: Iterable[int] | None = None) -> dict[int, tuple[str, ...]]:
    """Return the labels of episodes (all when None), in order; those that have none are left out."""
    query = sa.select(s.label.c.episode_id, s.label.c.label).order_by(s.label.c.episode_id, s.label.c.label)
    found: dict[int, tuple[str, ...]] = {}
    for row in rows_in(c, query, s.label.c.episode_id, episode_ids):
        found[row.episode_id] = (*found.get(row.episode_id, ()), row.label)
    return found


def all_labels(c: sa.Connection) -> list[str]:
    """Return every label in use, in order."""
    return [
        str(label) for label in c.execute(sa.select(s.label.c.label).distinct().order_by(s.label.c.label)).scalars()
    ]
