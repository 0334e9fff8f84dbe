"""Made-up courses, answers and parameters to try plugins on; no client's data is ever used for a trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from fit_toolkit.course import Course, Limit, Members, Norms, Rating, ScaleView, ticks
from fit_toolkit.engine.records import Thing

if TYPE_CHECKING:
    from fit_toolkit.model.instrument import Scale

TODAY = 20_000
INSTRUMENT = "made-up"  # the questionnaire of the made-up practice
NORMS = Norms(name="example", mean=7.0, sd_between=1.5, sd_within=1.0)
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


def courses(
    counts: Sequence[int], *, ratings: Sequence[Rating] = (), lines: Sequence[str] = (), higher_is_better: bool = True
) -> Course:
    """Courses with these numbers of ratings: falls, rises, flat stretches, long gaps; partners at most sessions.

    `lines` are names of published lines; they lie elsewhere for the young.
    """
    rng = np.random.default_rng(len(counts) + sum(counts))
    sign = "<" if higher_is_better else ">="
    limits = [Limit(name, 5.0, sign, age_from=18) for name in lines] + [
        Limit(name, 4.0, sign, age_to=17) for name in lines
    ]
    view = ScaleView("example", "total", higher_is_better=higher_is_better, trigger=7.0, limits=tuple(limits))
    course = _course(rng, counts, view)
    partners = {}
    for rating in ratings:
        scale = ScaleView(rating.instrument or "example", rating.scale or "total", higher_is_better=higher_is_better)
        partners[rating] = pick(replace(course, scale=scale), rng.random(len(course)) < 0.8)
    return replace(course, partners=partners)


def pick(course: Course, points: Mask | None = None, rows: Ints | None = None) -> Course:
    """The same courses with some points only (and what others had rated by then), or the courses `rows` in that order."""
    rows = np.arange(len(course.count)) if rows is None else rows
    at = places(course, rows)
    at = at if points is None else at[points[at]]
    kept = np.zeros(len(course), bool)
    kept[at] = True
    count = np.bincount(course.owner[kept], minlength=len(course.count))[rows]
    partners = {}
    for rating, partner in course.partners.items():
        known = None if points is None else partner.day <= _newest(course, kept)[partner.owner]
        partners[rating] = pick(partner, known, rows)
    return Course(
        **{name: getattr(course, name)[at] for name in ("tick", "day", "session", "root", "prorated", "mark")},
        offsets=np.concatenate(([0], np.cumsum(count))).astype(np.int64),
        member=np.arange(len(rows), dtype=np.int64),
        members=_chosen(course.members, rows),
        scale=course.scale,
        partners=partners,
        max_gap_days=course.max_gap_days,
    )


def bare(course: Course) -> Course:
    """The same ratings with nothing beside them: far apart, without partners, and nothing known of members.

    So a line that is for some ages lies nowhere.
    """
    unknown = np.full(len(course.members), np.nan)
    members = Members.plain(len(course.members), today=course.members.today, id=course.members.id, started=unknown)
    day = course.day[0] + np.arange(len(course)) * (course.max_gap_days + 1) if len(course) else course.day
    partners = {rating: pick(partner, np.zeros(len(partner), bool)) for rating, partner in course.partners.items()}
    scale = msgspec.structs.replace(course.scale, trigger=None)
    return replace(course, day=day, members=members, partners=partners, scale=scale)


def unforeseen(course: Course) -> Course:
    """The same courses with nothing in their members that only the future can tell: when they rated last, what is due."""
    newest = _newest(course, np.ones(len(course), bool)).astype(float)
    last = np.where(newest < 0, np.nan, newest)
    members = replace(course.members, last_rated=last, due=last + 3, ended=np.full(len(last), np.nan))
    return replace(course, members=members)


def on_day(course: Course, today: int) -> Course:
    """The same courses looked at on another day, when everybody is as much older; partners included."""
    partners = {rating: on_day(partner, today) for rating, partner in course.partners.items()}
    years = np.array([course.members.today, today]).astype("datetime64[D]").astype("datetime64[Y]").astype(int)
    members = replace(course.members, today=today, age=course.members.age + (years[1] - years[0]))
    return replace(course, members=members, partners=partners)


def places(course: Course, rows: Ints) -> Ints:
    """The places of the points of these courses, one course after the other."""
    parts = [np.arange(course.offsets[row], course.offsets[row + 1]) for row in rows]
    return np.concatenate([*parts, np.empty(0, np.int64)]).astype(np.int64)


def _newest(course: Course, kept: Mask) -> Ints:
    """For each course the day of its newest point among those kept; before all days where there is none."""
    newest = np.full(len(course.count), -1, np.int64)
    np.maximum.at(newest, course.owner[kept], course.day[kept])
    return newest


def _chosen(members: Members, rows: Ints) -> Members:
    return Members.from_columns({name: column[rows] for name, column in members.columns().items()}, members.today)


def parameters(thing: Thing, *, required_only: bool) -> dict[str, Any]:
    """Parameters that fit the types and bounds of a policy or rule."""
    return {
        parameter.name: _named(parameter.name, _value(_property(thing.schema, parameter.name), thing.schema))
        for parameter in thing.parameters
        if parameter.required or not required_only
    }


def lines(thing: Thing, given: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of published lines that a policy may ask for: every free text among its parameters, given or by default."""
    free = [each for each in thing.parameters if not each.role and "text" in each.type.split(" or ")]
    texts = [given.get(each.name, each.default) for each in free]
    return tuple(dict.fromkeys(text for text in texts if isinstance(text, str) and text))


def scale(rule: str, items: Sequence[str], highest: int, parameters: Mapping[str, Any]) -> Scale:
    """A scale over these items (answers from 0 to `highest`) that a scoring rule of any sort can work with."""
    from fit_toolkit.model.instrument import LookupRow, Scale

    rows = tuple(LookupRow(raw=float(raw), value=raw / 2) for raw in range(highest * len(items) + 1))
    return Scale(
        id="example", range=(-1e9, 1e9), items=tuple(items), method="plugin", rule=rule, parameters=dict(parameters),
        weights=dict.fromkeys(items, 1.0), table=rows,
    )  # fmt: skip


def sheet_rows(count: int, *, missing: bool = False) -> list[dict[str, Any]]:
    """What a section sees of one member: a score of client and therapist for each of so many sessions."""
    rng = np.random.default_rng(count)
    return [
        {
            "date": date(2023, 6, 5) + timedelta(days=7 * place),
            "session": place + 1,
            "instrument": INSTRUMENT,
            "scale": "total",
            "rater": rater,
            "occasion": "end",
            "value": float("nan") if missing else round(float(rng.uniform(0, 10)), 1),
            "status": "unscorable" if missing else "complete",
            "therapist": 1,
        }
        for place in range(count)
        for rater in ("client", "therapist")
    ]


def _named(name: str, value: Any) -> Any:
    """Take what the name of a text asks for: an address of this machine, where nobody listens; a made-up questionnaire."""
    fitting = {"url": "http://127.0.0.1:9/", "host": "127.0.0.1", "server": "127.0.0.1", "sender": "fit@example.org",
               "email": "fit@example.org", "instrument": INSTRUMENT, "scale": "total", "rater": "client"}  # fmt: skip
    return fitting.get(name.rpartition("_")[2], value) if value == "example" else value


def _course(rng: np.random.Generator, counts: Sequence[int], scale: ScaleView) -> Course:
    n, m = int(sum(counts)), len(counts)
    starts = np.repeat(rng.integers(TODAY - 700, TODAY - 600, m), counts)
    steps = rng.choice([1, 7, 7, 7, 14, 60], n)
    first = np.concatenate([np.arange(count) for count in counts] or [np.empty(0, int)])
    steps[first == 0] = 0
    day = starts + np.concatenate([np.cumsum(part) for part in np.split(steps, np.cumsum(counts)[:-1])] or [steps])
    return Course(
        tick=ticks(np.round(np.clip(rng.normal(6, 2.5, n), 0, 10), 1)),
        day=day.astype(np.int64),
        session=(first + 1).astype(np.int64),
        root=np.arange(1, n + 1, dtype=np.int64),
        prorated=rng.random(n) < 0.05,
        mark=rng.random(n) < 0.02,
        offsets=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        member=np.arange(m, dtype=np.int64),
        members=_members(rng, m),
        scale=scale,
    )


def _members(rng: np.random.Generator, m: int) -> Members:
    def some(values: NDArray[Any]) -> NDArray[np.float64]:
        known: NDArray[np.float64] = np.where(rng.random(m) < 0.7, values, np.nan)
        return known

    return Members.plain(
        m,
        today=TODAY,
        started=np.full(m, TODAY - 700.0),
        ended=some(np.full(m, TODAY - 1.0)),
        last_rated=some(rng.integers(TODAY - 100, TODAY, m)),
        due=some(rng.integers(TODAY - 60, TODAY + 30, m)),
        age=some(rng.integers(12, 80, m)),
        sex=rng.choice(["", "female", "male"], m),
    )


def _property(schema: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _resolved(schema, schema)["properties"][name]
    return found


def _resolved(part: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = part.get("$ref")
    if reference is None:
        return part
    found: Mapping[str, Any] = schema["$defs"][str(reference).rpartition("/")[2]]
    return found


def _value(part: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    if str(part.get("$ref", "")).endswith("/Norms"):
        return msgspec.to_builtins(NORMS)
    part = _resolved(part, schema)
    if "anyOf" in part:
        return next((_value(each, schema) for each in part["anyOf"] if each.get("type") != "null"), None)
    if "enum" in part:
        return part["enum"][0]
    kind = part.get("type")
    if kind in {"number", "integer"}:
        return _number(part, whole=kind == "integer")
    if kind == "object":
        needed = part.get("required", ())
        return {name: _value(part["properties"][name], schema) for name in needed}
    return {"string": "example", "boolean": True, "array": []}.get(str(kind))


def _number(part: Mapping[str, Any], *, whole: bool) -> float:
    low: float | None = part.get("exclusiveMinimum", part.get("minimum"))
    high: float | None = part.get("exclusiveMaximum", part.get("maximum"))
    if low is not None and high is not None:
        return int((low + high) // 2) if whole else (low + high) / 2
    if low is not None:
        return max(low + 1, 1)
    return min(high - 1, 5) if high is not None else 5
