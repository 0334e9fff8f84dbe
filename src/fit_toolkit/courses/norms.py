"""Norms from a practice's own ratings: refused, with the counts, where there are too few for them to mean anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from fit_toolkit.analysis.reliability import repeated_ratings
from fit_toolkit.catalog import Catalog
from fit_toolkit.courses.expected import day_number
from fit_toolkit.courses.gather import Gathered, together
from fit_toolkit.courses.slices import all_slices
from fit_toolkit.courses.stream import Stream, scale_view
from fit_toolkit.errors import UsageError
from fit_toolkit.model.instrument import Slug
from fit_toolkit.model.norms import NOISE_CLIENTS, NOISE_RATINGS, Norm, NormSet
from fit_toolkit.store import frames

if TYPE_CHECKING:
    import sqlalchemy as sa

EPOCH: Final = date(1970, 1, 1)
DIGITS: Final = 6
DRIFT: Final = 1.2
Noise = Literal["mean", "steps"]
SAID: Final[dict[Noise, str]] = {
    "mean": "variance components by analysis of variance",
    "steps": "variance within clients from one rating to the next, between clients by analysis of variance",
}


class Wanted(msgspec.Struct, frozen=True):
    """Which ratings to take: instruments (none named: all rated ones), scales (none: the main one), and from which day on.

    `noise`: how ratings of one client vary, around their own mean or from one rating to the next.
    """

    instruments: tuple[str, ...] = ()
    scales: tuple[str, ...] = ()
    since: date | None = None
    noise: Noise = "mean"


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
    enough: bool = False  # whether there are ratings enough, whatever became of them
    sd_mean: float | None = None  # within clients, around their own mean: noise and the client's own change
    sd_steps: float | None = None  # from one rating to the next, mostly without the client's own change

    @property
    def drifts(self) -> bool:
        """Whether clients change so much that the SD around their own mean holds more than noise."""
        return bool(self.sd_mean and self.sd_steps and self.sd_mean > DRIFT * self.sd_steps)


def estimate_norms(c: sa.Connection, catalog: Catalog, wanted: Wanted, *, as_of: date) -> list[Estimate]:
    """Estimate the usual level and the noise of every rated scale from all ratings up to a day.

    A client's course is what a policy sees: for alliance one per therapist, at most one rating per session. From all courses:
    mean of their own means, SD between them and SD within, by analysis of variance. Needed: 30 clients with 3 ratings.
    With `noise="steps"` the SD within is sqrt(mean squared step / 2) instead, and what it leaves to the SD between is put
    there. Around the mean is the default: where clients change it is too large, so that policies speak too seldom; steps
    are too small where good and bad times last for several sessions, and then policies speak too often.
    """
    streams = list(_streams(c, catalog, wanted))
    views = [scale_view(catalog.get(each.instrument), each.scale, each.rater) for each in streams]
    parts: list[list[Gathered]] = [[] for _ in streams]
    for part in all_slices(c, as_of=as_of):
        for each, stream, view in zip(parts, streams, views, strict=True):
            each.append(Gathered.of(part, part.load(stream, view, {}), stream))
    found: list[Estimate] = []
    for each, stream in zip(parts, streams, strict=True):
        rated = together(each)
        found += [_estimate(rated, stream, occasion, wanted) for occasion in _occasions(rated, stream)]
    return found


def check_name(name: str, what: str = "norm set") -> None:
    """Refuse a name that no norm set or curve pack can have."""
    try:
        msgspec.convert(name, Slug)
    except msgspec.ValidationError as error:
        hint = "small letters, digits and hyphens"
        raise UsageError(f"a {what} cannot be called '{name}'", hint=hint) from error


def norm_set(name: str, estimates: Iterable[Estimate], noise: Noise = "mean") -> NormSet | None:
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
        "source": f"fit norms estimate: this practice's own ratings, {SAID[noise]}",
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


def _occasions(rated: Gathered, stream: Stream) -> Sequence[str]:
    return sorted(set(rated.occasion.tolist())) or [stream.occasion]


def _estimate(rated: Gathered, stream: Stream, occasion: str, wanted: Wanted) -> Estimate:
    """Take the courses of one occasion, count who is in them, and compute what that many can carry."""
    owner = rated.owner
    kept = rated.occasion[owner] == occasion
    if wanted.since is not None:
        kept &= rated.day >= day_number(wanted.since)
    whose, day = owner[kept], rated.day[kept]
    counts = np.bincount(whose, minlength=len(rated.count))
    often = len(np.unique(rated.client[counts >= NOISE_RATINGS]))
    first, last = (EPOCH + timedelta(days=int(each)) for each in (day.min(), day.max())) if len(day) else (None, None)
    bare = Estimate(
        stream.instrument, stream.scale, stream.rater, occasion, len(np.unique(rated.client[whose])), often,
        len(set(rated.staff[whose].tolist()) - {0}), len(whose), first, last,
    )  # fmt: skip
    if often < NOISE_CLIENTS:
        because = f"{often} clients have {NOISE_RATINGS} ratings or more; {NOISE_CLIENTS} are needed"
        return replace(bare, because=because)
    return _computed(bare, rated.value[kept], whose, wanted.noise)


def _computed(
    bare: Estimate, values: npt.NDArray[np.float64], whose: npt.NDArray[np.int64], noise: Noise = "mean"
) -> Estimate:
    found = repeated_ratings(values, whose)
    spread = (found.sd_between, found.sd_within, found.reliability_one)
    if noise == "steps" and found.sd_between > 0:
        own = found.sd_within_successive**2
        level = found.sd_between**2 + (found.sd_within**2 - own) / found.ratings_per_client
        spread = (max(level, 0.0) ** 0.5, own**0.5, level / (level + own) if level + own > 0 else 0.0)
    mean, between, within, one = (round(each, DIGITS) for each in (found.mean_of_clients, *spread))
    if not within > 0:
        return replace(bare, enough=True, because="no client's ratings ever differ")
    if not between > 0:
        return replace(
            bare, enough=True, because="clients differ no more from each other than ratings do by themselves"
        )
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
    around, steps = (round(each, DIGITS) for each in (found.sd_within, found.sd_within_successive))
    return replace(bare, norm=norm, enough=True, sd_mean=around, sd_steps=steps)
