"""The practice's policies as written in fit.toml, bound to what each watches."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast, get_args

import numpy as np

from fit_toolkit.catalog import Catalog
from fit_toolkit.course import TICK, Course, Curve, Members, Norms, Rating, ScaleView
from fit_toolkit.courses.stream import Stream, scale_view, silence_view
from fit_toolkit.engine import PluginFailure, PluginFailureError, ReadyPolicy, Registry, Workers, instantiate
from fit_toolkit.errors import ConfigError, DataError, FitError
from fit_toolkit.model.alerts import Severity
from fit_toolkit.model.instrument import Instrument, RaterRole
from fit_toolkit.settings import PolicyTable, Settings

OWN_KEYS = ("id", "kind", "instrument", "scale", "rater", "severity", "to", "after")


@dataclass(frozen=True)
class PolicyUse:
    """One policy of fit.toml on one stream; `ready` is what the engine asks.

    `partners` are the second courses it compares with; `hash` changes with whatever may change a finding or an alert.
    """

    id: str
    stream: Stream
    view: ScaleView
    severity: Severity
    to: tuple[str, ...]
    after: int
    lapse: int
    ready: ReadyPolicy
    partners: Mapping[Rating, tuple[Stream, ScaleView]] = field(default_factory=dict)
    hash: str = ""
    where: str = ""

    @property
    def kind(self) -> str:
        """The kind of policy."""
        return self.ready.kind

    @property
    def basis(self) -> str:
        """What its alerts rest on."""
        return self.ready.basis

    @property
    def stands(self) -> bool:
        """Safety waits for a person: its spells never end by themselves."""
        return self.severity == "safety"

    @property
    def norms(self) -> tuple[Norms, ...]:
        """The norm sets it uses."""
        return self.ready.norms

    @property
    def curves(self) -> tuple[Curve, ...]:
        """The curve packs it uses."""
        return self.ready.curves


@dataclass(frozen=True)
class Bound:
    """All policies that can be asked; the plugins that failed on the way; ids of policies that could not be bound."""

    uses: tuple[PolicyUse, ...]
    failures: tuple[PluginFailure, ...] = ()
    unready: frozenset[str] = frozenset()


def bind(
    settings: Settings, registry: Registry, catalog: Catalog, workers: Workers, *, forgiving: bool = False
) -> Bound:
    """Check every [[policies]] table and bind it to its instrument.

    A plugin that fails leaves out its own policies only. A table that cannot be meant is a ConfigError with its line;
    `forgiving` leaves that one out too and names it: an upgraded plugin or a changed scale stops no morning's run.
    """
    uses: list[PolicyUse] = []
    failures = list(registry.failures)
    unready: set[str] = set()
    ids: dict[str, PolicyTable] = {}
    for table in settings.policies:
        name = _text(table, "id")
        if name in ids:
            raise ConfigError(f"two policies have the id '{name}'", where=table.where("id"), hint=ids[name].where("id"))
        ids[name] = table
        missing = table.values.get("kind") not in registry.policies or table.values.get("instrument") not in catalog
        if missing and (registry.failures or not registry.third_party):
            unready.add(name)  # its plugin may be one that did not load, which is said already
            if not registry.third_party:
                failures.append(_left_out(name))
            continue
        try:
            uses += _Table(table, settings, registry, catalog, workers).uses()
        except PluginFailureError as error:
            failures.append(error.failure)
            unready.add(name)
        except _BrokenDefinitionError as error:
            failures.append(PluginFailure("(instrument)", "", "", f"policy {name}", str(error)))
            unready.add(name)
        except ConfigError as error:
            if not forgiving:
                raise
            failures.append(PluginFailure("(settings)", "", "", f"policy {name}", str(error)))
            unready.add(name)
    return Bound(tuple(uses), tuple(failures), frozenset(unready))


def _left_out(policy: str) -> PluginFailure:
    return PluginFailure("(left out)", "", "", f"policy {policy}", "only plugins that ship with the toolkit are loaded")


class _BrokenDefinitionError(ConfigError):
    """An instrument file that cannot be read, which costs the policies that watch it and no other."""


class _Table:
    """One [[policies]] table while it is being bound."""

    def __init__(
        self, table: PolicyTable, settings: Settings, registry: Registry, catalog: Catalog, workers: Workers
    ) -> None:
        self.table, self.settings, self.catalog, self.workers = table, settings, catalog, workers
        self.id = _text(table, "id")
        self.provided = registry.provided("policy", _text(table, "kind"), where=table.where("kind"))
        self.instrument = self._instrument(_text(table, "instrument"), "instrument")
        self.rater = self._rater()

    def uses(self) -> list[PolicyUse]:
        """One use, or one per flagged item where no scale is named."""
        return [self._use(scale) for scale in self._scales()]

    def _use(self, scale: str) -> PolicyUse:
        thing, values = self.provided.thing, self.table.values
        stream, view = self._stream(self.instrument, scale, self.rater, "scale", left_out=thing.left_out)
        parameters = {key: value for key, value in values.items() if key not in OWN_KEYS}
        ready = instantiate(
            self.provided,
            parameters,
            where=self._where,
            norms=self._norms(stream),
            curves=self._curves(stream),
            workers=self.workers,
        )
        severity = cast("Severity", values.get("severity", thing.severity))
        if severity not in get_args(Severity):
            raise ConfigError("severity must be safety, attention or notice", where=self.table.where("severity"))
        after = values.get("after", thing.after)
        if not isinstance(after, int) or isinstance(after, bool) or after < 1:
            raise ConfigError("after must be a whole number from 1", where=self.table.where("after"))
        lapse = self.settings.number("alerts.lapse")
        partners = {rating: self._partner(rating, stream) for rating in ready.ratings}
        use = PolicyUse(
            id=self.id,
            stream=stream,
            view=view,
            severity=severity,
            to=self._to(),
            after=after,
            lapse=lapse,
            ready=ready,
            partners=partners,
            where=self.table.where(),
        )
        self._try_out(use)
        gap = self.settings.number("alerts.max_gap_days")
        others = [(rating, other) for rating, (other, _) in partners.items()]
        identity = (
            ready.hash,
            stream,
            view,
            severity,
            use.to,
            after,
            lapse,
            gap,
            others,
            self.catalog.hash(stream.instrument),
        )
        digest = hashlib.sha256(repr(identity).encode()).hexdigest()
        return PolicyUse(**{**use.__dict__, "hash": digest})

    def _scales(self) -> list[str]:
        if "scale" in self.table.values:
            return [_text(self.table, "scale")]
        if not self.provided.thing.item:
            return [self.instrument.main_scale]
        items = [risk.item for risk in self.instrument.risk]
        if self.provided.thing.left_out:  # what is not on every form is no gap where it is not answered
            items = [id for id in items if self.instrument.item(id).asked is None]
        if not items:
            hint = 'name the item to watch: scale = "q9"'
            raise ConfigError(f"{self.instrument.id} has no flagged item", where=self._where("instrument"), hint=hint)
        return list(dict.fromkeys(items))

    def _stream(
        self, instrument: Instrument, scale: str, rater: str, key: str, *, left_out: bool = False
    ) -> tuple[Stream, ScaleView]:
        try:
            stream = Stream.of(instrument, scale, rater, left_out=left_out)
        except FitError as error:
            raise ConfigError(error.what, where=self._where(key), hint=error.hint) from error
        if left_out and not stream.item:
            hint = f"one of: {', '.join(instrument.item_ids)}"
            raise ConfigError(f"'{scale}' is no item, and only those are left out", where=self._where(key), hint=hint)
        return stream, silence_view(instrument, scale) if left_out else scale_view(instrument, scale, rater)

    def _instrument(self, name: str, key: str) -> Instrument:
        try:
            return self.catalog.get(name)
        except ConfigError as error:
            raise _BrokenDefinitionError(error.what, where=error.where, hint=error.hint) from error
        except DataError as error:
            raise ConfigError(error.what, where=self._where(key), hint=error.hint) from error

    def _rater(self) -> str:
        default = "client" if "client" in self.instrument.raters else self.instrument.raters[0]
        rater = str(self.table.values.get("rater", default))
        if rater not in get_args(RaterRole):
            known = ", ".join(get_args(RaterRole))
            raise ConfigError(f"there is no rater '{rater}'", where=self._where("rater"), hint=f"one of: {known}")
        if rater not in self.instrument.raters:
            hint = f"it is answered by: {', '.join(self.instrument.raters)}"
            raise ConfigError(
                f"{self.instrument.id} is not answered by the {rater}", where=self._where("rater"), hint=hint
            )
        return rater

    def _partner(self, rating: Rating, own: Stream) -> tuple[Stream, ScaleView]:
        """What is left out of a second rating comes from the policy's own course, or its counterpart form."""
        rater = rating.rater or own.rater
        name = rating.instrument or own.instrument
        if rating.instrument is None and rater not in self.instrument.raters and self.instrument.counterpart:
            name = self.instrument.counterpart
        other = self._instrument(name, "other")
        if rater not in other.raters:
            raise ConfigError(f"{name} is not answered by the {rater}", where=self._where("other"))
        scale = rating.scale or (own.scale if name == own.instrument or _has(other, own.scale) else other.main_scale)
        return self._stream(other, scale, rater, "other")

    def _norms(self, stream: Stream) -> Callable[[str], Norms]:
        def look_up(name: str) -> Norms:
            try:
                found = self.catalog.norms(name)
            except DataError as error:
                raise ConfigError(error.what, where=self._where("norms"), hint=error.hint) from error
            norm = found.find(stream.instrument, stream.scale, stream.rater, stream.occasion)
            if norm is None:
                what = f"{stream.instrument} {stream.scale} rated by the {stream.rater}"
                raise ConfigError(f"the norm set '{name}' says nothing about {what}", where=self._where("norms"))
            return Norms(
                name=name,
                mean=norm.mean,
                sd_between=norm.sd_between,
                sd_within=norm.sd_within,
                status=found.kind,
                version=found.version,
                n_clients=norm.n_clients or None,
                source=found.source,
                reviewed=found.reviewed,
            )

        return look_up

    def _curves(self, stream: Stream) -> Callable[[str], Curve]:
        def look_up(name: str) -> Curve:
            from fit_toolkit.courses.packs import curve_of, find_pack

            try:
                return curve_of(find_pack(self.catalog, name), self.instrument, stream)
            except DataError as error:
                raise ConfigError(error.what, where=self._where("curve"), hint=error.hint) from error

        return look_up

    def _to(self) -> tuple[str, ...]:
        given = self.table.values.get("to", [])
        listed = [given] if isinstance(given, str) else given
        if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
            raise ConfigError("to must be a text or a list of texts", where=self._where("to"))
        return tuple(listed)

    def _try_out(self, use: PolicyUse) -> None:
        """Ask once about nobody: what no rating can mend (a cut-off that is not there) is said here, with its line."""
        if use.ready.instance is None:
            return
        nobody = empty_course(use.view, use.partners)
        try:
            use.ready.instance.find(nobody)
        except KeyError as error:
            raise ConfigError(str(error.args[0]), where=self._where("line"), hint="fit instruments show") from error

    def _where(self, key: str) -> str:
        return self.table.where(key or None)


def empty_course(view: ScaleView, partners: Mapping[Rating, tuple[Stream, ScaleView]] | None = None) -> Course:
    """A course of nobody, on which everything but the ratings can be tried."""
    none, never = np.empty(0, np.int64), np.empty(0, bool)
    others = {rating: empty_course(its_view) for rating, (_, its_view) in (partners or {}).items()}
    return Course(
        tick=none * TICK,
        day=none,
        session=none,
        root=none,
        prorated=never,
        mark=never,
        offsets=np.zeros(1, np.int64),
        member=none,
        members=Members.plain(0),
        scale=view,
        partners=others,
    )


def _has(instrument: Instrument, scale: str) -> bool:
    return scale in instrument.item_ids or any(each.id == scale for each in instrument.scales)


def _text(table: PolicyTable, key: str) -> str:
    value: Any = table.values.get(key)
    if isinstance(value, str) and value:
        return value
    near = difflib.get_close_matches(key, [k for k in table.values if k not in OWN_KEYS], n=1, cutoff=0.6)
    if value is None:
        hint = f"is '{near[0]}' meant to be it?" if near else f'{key} = "..."'
        raise ConfigError(f"a policy needs '{key}'", where=table.where(near[0] if near else None), hint=hint)
    raise ConfigError(f"'{key}' must be a text", where=table.where(key))
