"""Norms from a practice's own ratings: refused, with the counts, where there are too few for them to mean anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from fit_toolkit.analysis.reliability import repeated_ratings
from fit_toolkit.catalog import Catalog
from fit_toolkit.course import TICK
from fit_toolkit.courses.expected import day_number
from fit_toolkit.courses.load import Loaded, Slice
from fit_toolkit.courses.stream import Stream, scale_view
from fit_toolkit.errors import UsageError
from fit_toolkit.model.instrument import Slug
from fit_toolkit.model.norms import NOISE_CLIENTS, NOISE_RATINGS, Norm, NormSet
from fit_toolkit.store import frames, runs

if TYPE_CHECKING:
    import sqlalchemy as sa

EPOCH: Final = date(1970, 1, 1)
DIGITS: Final = 6
DRIFT: Final = 1.2


class Wanted(msgspec.Struct, frozen=True):
    """Which ratings to take: instruments (none named: all rated ones), scales (none: the main one), and from which day on."""

    instruments: tuple[str, ...] = ()
    scales: tuple[str, ...] = ()
    since: date | None = None


@dataclass(frozen=True)
class Estimate:
    """What one scale by one rater came to; `norm` is None where it was refused, and `because` says why."""

    instrument: str
    scale: str
    rater: str
    occasion: str
    clients: int
    clients_often: int  # with enough ratings to say something about noise
    therapists: int
    ratings: int
    first: date | None
    last: date | None
    norm: Norm | None = None
    because: str = ""
    sd_steps: float | None = None  # noise from one rating to the next, without the client's own change

    @property
    def drifts(self) -> bool:
        """Whether clients change so much that the SD around their own mean holds more than noise."""
        return bool(self.norm and self.sd_steps and self.norm.sd_within > DRIFT * self.sd_steps)


def estimate_norms(c: sa.Connection, catalog: Catalog, wanted: Wanted, *, as_of: date) -> list[Estimate]:
    """Estimate the usual level and the noise of every rated scale from all ratings up to a day.

    A client's course is what a policy sees: for alliance one per therapist, at most one rating per session. From all courses:
    mean of their own means, SD between them and SD within, by analysis of variance. Needed: 30 clients with 3 ratings.
    """
    part = Slice.of(c, runs.all_episodes(c), as_of=as_of)
    found: list[Estimate] = []
    for stream in _streams(c, catalog, wanted):
        view = scale_view(catalog.get(stream.instrument), stream.scale, stream.rater)
        loaded = part.load(stream, view, {})
        found += [_estimate(part, loaded, stream, occasion, wanted.since) for occasion in _occasions(loaded, stream)]
    return found


def check_name(name: str, what: str = "norm set") -> None:
    """Refuse a name that no norm set or curve pack can have."""
    try:
        msgspec.convert(name, Slug)
    except msgspec.ValidationError as error:
        hint = "small letters, digits and hyphens"
        raise UsageError(f"a {what} cannot be called '{name}'", hint=hint) from error


def norm_set(name: str, estimates: Iterable[Estimate]) -> NormSet | None:
    """Put the estimates that were not refused into a set, None where there are none; the last rating's day is its version."""
    kept = [each for each in estimates if each.norm is not None]
    if not kept:
        return None
    first = min(each.first for each in kept if each.first)
    last = max(each.last for each in kept if each.last)
    given: dict[str, Any] = {
        "format": "fit-norms/1",
        "id": name,
        "version": last.isoformat(),
        "title": "Figures of this practice",
        "kind": "local",
        "source": "fit norms estimate: this practice's own ratings, variance components by analysis of variance",
        "period": f"{first} to {last}",
        "reviewed": False,
        "norms": [msgspec.to_builtins(each.norm) for each in kept],
    }
    return msgspec.convert(given, NormSet)


def _streams(c: sa.Connection, catalog: Catalog, wanted: Wanted) -> Iterator[Stream]:
    rated = frames.rated_by(c)
    for instrument, rater in rated:
        if instrument not in catalog or (wanted.instruments and instrument not in wanted.instruments):
            continue
        definition = catalog.get(instrument)
        for scale in wanted.scales or (definition.main_scale,):
            yield Stream.of(definition, scale, rater)
    for name in wanted.instruments:  # named, but never rated: said, like any other that is refused
        if name not in {instrument for instrument, _ in rated}:
            definition = catalog.get(name)
            for scale in wanted.scales or (definition.main_scale,):
                yield Stream.of(definition, scale, definition.raters[0])


def _occasions(loaded: Loaded, stream: Stream) -> Sequence[str]:
    rated = loaded.occasion[loaded.course.count > 0]
    return sorted(set(rated.tolist())) or [stream.occasion]


def _estimate(part: Slice, loaded: Loaded, stream: Stream, occasion: str, since: date | None) -> Estimate:
    """Take the courses of one occasion, count who is in them, and compute what that many can carry."""
    course = loaded.course
    of_point = np.repeat(np.arange(len(course.count)), course.count)
    kept = loaded.occasion[of_point] == occasion
    if since is not None:
        kept &= course.day >= day_number(since)
    whose, day = of_point[kept], course.day[kept]
    place = np.searchsorted(part.members["member_id"], loaded.member)
    client = np.unique(part.members["client"], return_inverse=True)[1][place]
    staff = loaded.staff if stream.alliance else part.members["staff_id"][place]
    counts = np.bincount(whose, minlength=len(course.count))
    often = len(np.unique(client[counts >= NOISE_RATINGS]))
    first, last = (EPOCH + timedelta(days=int(each)) for each in (day.min(), day.max())) if len(day) else (None, None)
    bare = Estimate(
        stream.instrument, stream.scale, stream.rater, occasion, len(np.unique(client[whose])), often,
        len(set(staff[whose].tolist()) - {0}), len(whose), first, last,
    )  # fmt: skip
    if often < NOISE_CLIENTS:
        because = f"{often} clients have {NOISE_RATINGS} ratings or more; {NOISE_CLIENTS} are needed"
        return replace(bare, because=because)
    return _computed(bare, course.tick[kept] / TICK, whose)


def _computed(bare: Estimate, values: npt.NDArray[np.float64], whose: npt.NDArray[np.int64]) -> Estimate:
    found = repeated_ratings(values, whose)
    mean, between, within, one = (
        round(each, DIGITS)
        for each in (found.mean_of_clients, found.sd_between, found.sd_within, found.reliability_one)
    )
    if not between > 0:
        return replace(bare, because="clients differ no more from each other than ratings do by themselves")
    if not within > 0:
        return replace(bare, because="no client's ratings ever differ")
    norm = Norm(
        instrument=bare.instrument,
        scale=bare.scale,
        mean=mean,
        sd_between=between,
        sd_within=within,
        rater=bare.rater,  # type: ignore[arg-type]  # the store holds no other roles
        occasion=bare.occasion,  # type: ignore[arg-type]
        reliability=one,
        n_clients=bare.clients,
        n_therapists=bare.therapists,
        n_ratings=bare.ratings,
        population=f"this practice's own clients, {bare.clients_often} of them with {NOISE_RATINGS} ratings or more",
    )
    return replace(bare, norm=norm, sd_steps=round(found.sd_within_successive, DIGITS))
