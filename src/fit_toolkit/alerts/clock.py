"""Which day and moment a run takes for granted when the computer's clock may be wrong.

The record of the last run is the only other clock there is. A clock a little behind it (summer time set by hand, a
battery, another time zone) is told and its run goes on as of the later day; one that is further back is refused,
because whatever it did would have to be undone, until a person says that it is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from fit_toolkit.errors import DataError
from fit_toolkit.store import runs

if TYPE_CHECKING:
    import sqlalchemy as sa

    from fit_toolkit.practice import Practice

TOLERATED = timedelta(days=1)
UNNOTICED = timedelta(minutes=1)  # two computers on one database are never quite together


@dataclass(frozen=True)
class Moment:
    """The day and the instant of a run; `earlier`: before the last one, so that nothing that was due can be trusted."""

    as_of: date
    now: datetime
    earlier: bool = False
    warnings: tuple[str, ...] = ()


def moment_of(c: sa.Connection, practice: Practice, as_of: date | None, *, accepted: bool, dry_run: bool) -> Moment:
    """Decide as of which day a run is; `accepted` says that the clock, or the day given, is right whatever was recorded.

    Raises DataError for a day before that of the last run, and for a clock more than a day behind it.
    """
    now, today = practice.now(), practice.today()
    last, newest = runs.last_run(c, runs.RUNS), runs.newest_run(c, runs.RUNS)
    known = None if newest is None else newest["finished_at"] or newest["started_at"]
    day = as_of or today
    earlier = last is not None and day < last["as_of"]
    if accepted or dry_run:
        return Moment(day, now, earlier)
    warnings = []
    if known is not None and known - now > TOLERATED:
        raise _refused(
            f"the clock says {practice.local(now):%Y-%m-%d %H:%M}, and the last run was at {practice.local(known):%Y-%m-%d %H:%M}",
            today,
        )
    if known is not None and known - now > UNNOTICED:
        warnings.append(
            f"the clock is {int((known - now).total_seconds() // 60)} minutes behind the last run: is it right?"
        )
    if last is not None and earlier:
        if as_of is not None or last["as_of"] - today > TOLERATED:
            raise _refused(f"the last run was as of {last['as_of']}, a later day: alerts cannot go back in time", today)
        day, earlier = last["as_of"], False
        warnings.append(f"today is {today}, and the last run was as of {day}: this one is as of that day too")
    return Moment(day, now if known is None else max(now, known), earlier, tuple(warnings))


def _refused(what: str, today: date) -> DataError:
    return DataError(
        what,
        hint=f"is the clock right? If today is {today} and the clock was wrong then: "
        f"fit alerts run --accept-clock; --dry-run looks at the past without changing anything",
    )
