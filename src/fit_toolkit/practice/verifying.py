"""Looks whether everything in the practice's store is as it has to be; for `fit verify` and after a restore."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fit_toolkit.errors import FitError

if TYPE_CHECKING:
    from fit_toolkit.practice.practice import Practice
    from fit_toolkit.store import Store


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, whether it is sound, and what was found."""

    check: str
    sound: bool
    found: str


def verify(practice: Practice, *, scores: bool = True) -> Iterator[Finding]:
    """Check the store of a practice and give a finding for each thing looked at; nothing is written.

    `scores` False leaves out scoring every form again, which takes longest. Raises StoreError when the store cannot
    be opened, or has the tables of an older version.
    """
    from fit_toolkit.store import open_store, sound

    store = open_store(practice.settings.text("store.url") or practice.path("store.path"), upgrade=False)
    try:
        for name, check in sound.CHECKS:
            try:
                with store.read() as c:
                    wrong = list(check(c))
            except FitError as error:
                wrong = [error.what]
            except (
                ValueError,
                TypeError,
                KeyError,
                AttributeError,
            ) as error:  # a cell that cannot be read as what it is
                wrong = [f"rows cannot be read ({type(error).__name__})"]
            yield from [Finding(name, False, each) for each in wrong] or [Finding(name, True, "sound")]
        if scores:
            yield from _scores(practice, store)
    finally:
        store.close()


def _scores(practice: Practice, store: Store) -> Iterator[Finding]:
    from fit_toolkit.engine import Workers
    from fit_toolkit.intake.recount import recount

    try:
        with Workers(practice.registry) as workers:
            done = recount(store, practice.catalog, workers.rules())
    except FitError as error:
        yield Finding("scores", False, error.what)
        return
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        yield Finding("scores", False, f"forms cannot be read ({type(error).__name__})")
        return
    if done.differing:
        shown = ", ".join(str(id) for id in done.differing[:5]) + (" and others" if len(done.differing) > 5 else "")
        yield Finding("scores", False, f"{len(done.differing)} forms score otherwise than stored: {shown}")
    said = [f"{done.same} forms scored again, all as stored"] if not done.differing else []
    if done.other_definition:
        said.append(
            f"{done.other_definition} left out: their instrument's definition has changed since, or is gone (fit rescore)"
        )
    if done.no_rule:
        said.append(f"{done.no_rule} left out: no plugin gives their scoring rule now")
    yield from [Finding("scores", True, each) for each in said]
