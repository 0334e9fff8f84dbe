"""Policies tried on courses that are not a practice's: of a file, or made up; nothing is stored and nobody is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from fit_toolkit.analysis.quality import Flagged
from fit_toolkit.catalog import Catalog
from fit_toolkit.course import Course, Curve, Norms
from fit_toolkit.courses.policies import OWN_KEYS, empty_course
from fit_toolkit.engine import ReadyPolicy, Registry, Workers, instantiate
from fit_toolkit.errors import ConfigError, DataError
from fit_toolkit.settings import PolicyFile, PolicyTable

BUILT_IN = "(built in)"


@dataclass(frozen=True)
class Tried:
    """What one policy, or a rule made of several, says about every point of a course."""

    id: str
    kind: str
    flagged: Flagged
    chance: float | None = None


def rules_at_hand(*, drop: float | None, line: float | None, higher: bool, norms: bool, ours: bool) -> PolicyFile:
    """Give the classical rules as far as their figures are known, and `ours`: the policies that look at unusualness."""
    rows: list[dict[str, Any]] = []
    side = "below" if higher else "above"
    if drop is not None:
        rows.append({"id": f"drop-{drop:g}", "kind": "drop", "points": float(drop)})
    if line is not None:
        operator = "<" if higher else ">"
        rows.append({"id": f"{side}-{line:g}", "kind": "cutoff", "line": float(line), "operator": operator})
    both = [str(row["id"]) for row in rows]
    either = [{"id": f"{both[0]}-or-{both[1]}", "of": both}] if len(both) > 1 else []
    if ours:
        rows.append({"id": "control-chart", "kind": "control-chart"})
        rows.append({"id": "beyond-usual-own", "kind": "beyond-usual"})
    if ours and norms:
        rows += [{"id": name, "kind": name, "norms": "simulated"} for name in ("beyond-usual", "slow-erosion")]
    return PolicyFile(_tables(rows), _tables(either))


def try_policies(
    files: Iterable[PolicyFile],
    course: Course,
    registry: Registry,
    *,
    norms: Mapping[str, Norms],
    lapse: int,
    catalog: Catalog | None = None,
) -> list[Tried]:
    """Ask every policy about the courses and cut what it finds into spells, as a run would.

    Norm sets are those given by name and the `[norms.NAME]` tables of the files, curve packs those of the catalog. Raises ConfigError with file and line for
    what cannot be meant, or needs more than one course; PluginFailureError where a plugin fails.
    """
    files = list(files)
    known = dict(norms)
    for file in files:
        known |= {name: _norms(name, table) for name, table in file.norms.items()}
    found: dict[str, Tried] = {}
    with Workers(registry) as workers:
        for table in [table for file in files for table in file.policies]:
            name = _new_id(table, found)
            ready = _ready(table, registry, workers, known, _packs(table, course, catalog))
            _try_out(ready, course, table)
            findings = workers.find(ready, course)
            if findings.about_members:
                raise ConfigError(f"{ready.kind} looks at clients, not at ratings", where=table.where("kind"))
            lapses = lapse if ready.basis == "convention" else 0
            flagged = Flagged.of(findings, after=_after(table, ready), lapse=lapses)
            found[name] = Tried(name, ready.kind, flagged, ready.chance)
    for table in [table for file in files for table in file.either]:
        name = _new_id(table, found)
        found[name] = Tried(name, "either", _either(table, found))
    return list(found.values())


def _packs(table: PolicyTable, course: Course, catalog: Catalog | None) -> Callable[[str], Curve]:
    """Look up a pack that goes the way the ratings go; that it is about what was rated, whoever names it has to know."""

    def look_up(name: str) -> Curve:
        from fit_toolkit.courses.packs import as_curve, find_pack

        where = table.where("curve")
        if catalog is None:
            raise ConfigError("curve packs are those of a practice", where=where, hint="fit --practice DIR analyze ...")
        try:
            pack = find_pack(catalog, name)
        except DataError as error:
            raise ConfigError(error.what, where=where, hint=error.hint) from error
        if (pack.direction == "higher_is_better") != course.scale.higher_is_better:
            raise ConfigError(f"the curve pack '{name}' says {pack.direction}", where=where, hint="--better")
        return as_curve(pack)

    return look_up


def _ready(
    table: PolicyTable,
    registry: Registry,
    workers: Workers,
    norms: Mapping[str, Norms],
    packs: Callable[[str], Curve],
) -> ReadyPolicy:
    kind = table.values.get("kind")
    if not isinstance(kind, str) or not kind:
        raise ConfigError("a policy needs 'kind'", where=table.where("kind"), hint='kind = "drop"')
    provided = registry.provided("policy", kind, where=table.where("kind"))
    for wants, words in (
        (provided.thing.item, "watches a flagged item"),
        (provided.thing.clock, "follows the calendar"),
    ):
        if wants:
            raise ConfigError(f"{kind} {words}, which one column of ratings does not hold", where=table.where("kind"))
    parameters = {key: value for key, value in table.values.items() if key not in OWN_KEYS}

    def look_up(name: str) -> Norms:
        if name not in norms:
            hint = f"write a table [norms.{name}] with mean, sd_between and sd_within"
            raise ConfigError(f"there are no norms '{name}'", where=table.where("norms"), hint=hint)
        return norms[name]

    ready = instantiate(
        provided,
        parameters,
        where=lambda key: table.where(key or None),
        norms=look_up,
        curves=packs,
        workers=workers,
    )
    if ready.ratings:
        raise ConfigError(f"{kind} compares with a second rating; there is one here", where=table.where("kind"))
    return ready


def _try_out(ready: ReadyPolicy, course: Course, table: PolicyTable) -> None:
    """A named line that is not there is said with its place; a file knows no published lines."""
    if ready.instance is None:
        return
    try:
        ready.instance.find(empty_course(course.scale))
    except KeyError as error:
        raise ConfigError(str(error.args[0]), where=table.where("line"), hint="give the line as a number") from error


def _after(table: PolicyTable, ready: ReadyPolicy) -> int:
    after = table.values.get("after", ready.after)
    if not isinstance(after, int) or isinstance(after, bool) or after < 1:
        raise ConfigError("after must be a whole number from 1", where=table.where("after"))
    return after


def _either(table: PolicyTable, found: Mapping[str, Tried]) -> Flagged:
    of = table.values.get("of")
    if not isinstance(of, list) or not of or not all(isinstance(name, str) for name in of):
        raise ConfigError("[[either]] needs 'of': the ids of policies", where=table.where("of"))
    missing = [name for name in of if name not in found]
    if missing:
        raise ConfigError(f"there is no policy '{missing[0]}' here", where=table.where("of"))
    parts = [found[name].flagged for name in of]
    out = parts[0]
    for part in parts[1:]:
        out |= part
    return out


def _new_id(table: PolicyTable, found: Mapping[str, Tried]) -> str:
    name = table.values.get("id")
    if not isinstance(name, str) or not name:
        raise ConfigError("a policy needs 'id'", where=table.where("id"), hint='id = "..."')
    if name in found:
        raise ConfigError(f"two policies have the id '{name}'", where=table.where("id"))
    return name


def _norms(name: str, table: PolicyTable) -> Norms:
    given = {"name": name, "status": "assumed", **table.values}
    try:
        norms = msgspec.convert(given, Norms)
    except msgspec.ValidationError as error:
        text = str(error).replace("`", "'")
        raise ConfigError(f"[norms.{name}]: {text}", where=table.where()) from error
    if not (norms.sd_between > 0 and norms.sd_within > 0):
        raise ConfigError(f"[norms.{name}]: both SDs have to be more than 0", where=table.where())
    return norms


def _tables(rows: Sequence[Mapping[str, Any]]) -> tuple[PolicyTable, ...]:
    return tuple(PolicyTable(1, row, {}, BUILT_IN) for row in rows)
