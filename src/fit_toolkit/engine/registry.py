"""Builds the registry: who provides which policy, scoring rule, reader, writer, channel and instrument, and what failed.

Plugins that ship with the toolkit are loaded in this process. Every other plugin is first loaded in a probe child,
with the limits of all child processes: one that hangs, ends the process or eats memory while it is merely imported
harms nothing here. The probe tells what the plugin brings as plain data. Its policies and scoring rules are known in
this process by that description alone (`Provided.cls` is None) and run in a child; their module is never imported
here. A plugin that also brings readers, writers, channels or sections, which run in process, is imported here after its
probe succeeded, and asked for those alone. With `isolate = false` its policies and rules are taken from that import too.
"""

from __future__ import annotations

import difflib
import os
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from fit_toolkit import hookspecs
from fit_toolkit.engine import surroundings
from fit_toolkit.engine.child import Child, ChildGoneError
from fit_toolkit.engine.discover import Refused, discover, no_such_plugin, plugin_name
from fit_toolkit.engine.load import KNOWN_HOOKS, Loaded, load
from fit_toolkit.engine.places import without_doubles
from fit_toolkit.engine.records import (
    HOOKS,
    TEMPLATES,
    Defaults,
    Description,
    Limits,
    PluginFailure,
    PluginInfo,
    PluginSettings,
    Provided,
    Source,
    State,
    What,
)
from fit_toolkit.engine.templates import TemplateFolder, names_in, settled
from fit_toolkit.errors import ConfigError, ContractError, PluginError

IN_PROCESS: Mapping[str, What] = {
    hook: what for hook, what in HOOKS.items() if what in {"reader", "writer", "channel", "section"}
}
LOAD_SECONDS = 10.0
LABELS: Mapping[What, str] = {
    "policy": "alert policy",
    "rule": "scoring rule",
    "reader": "reader",
    "writer": "writer",
    "channel": "channel",
    "section": "sheet section",
}


@dataclass(frozen=True)
class Registry:
    """Everything the plugins of a practice provide; built once, never changed."""

    plugins: tuple[PluginInfo, ...]
    policies: Mapping[str, Provided]
    rules: Mapping[str, Provided]
    readers: Mapping[str, Provided]
    channels: Mapping[str, Provided]
    instrument_paths: tuple[Any, ...]
    failures: tuple[PluginFailure, ...]
    sources: Mapping[str, Source] = field(default_factory=dict)
    conflicts: Mapping[tuple[What, str], str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    third_party: bool = True  # whether anything that does not ship with the toolkit was looked for
    sections: Mapping[str, Provided] = field(default_factory=dict)
    writers: Mapping[str, Provided] = field(default_factory=dict)
    template_folders: tuple[TemplateFolder, ...] = ()  # those of others first, then those that ship

    @property
    def groups(self) -> Mapping[What, Mapping[str, Provided]]:
        """Everything provided, by what it is and then by kind."""
        return {
            "policy": self.policies,
            "rule": self.rules,
            "reader": self.readers,
            "writer": self.writers,
            "channel": self.channels,
            "section": self.sections,
        }

    def provided(self, what: What, kind: str, *, where: str = "") -> Provided:
        """Give the provider of a kind; an unknown or contested kind is a ConfigError that says what to do."""
        known = self.groups[what]
        if kind in known:
            return known[kind]
        if (what, kind) in self.conflicts:
            raise ConfigError(self.conflicts[what, kind], where=where)
        giver = self._giver(what, kind)
        if giver is not None and giver.state == "off":
            error = f"the {LABELS[what]} {kind!r} is given by the plugin {giver.name!r}, which is switched off"
            raise ConfigError(error, where=where, hint=f"fit plugins enable {giver.name}")
        raise ConfigError(f"there is no {LABELS[what]} {kind!r}", where=where, hint=self._hint(kind, known, giver))

    def _hint(self, kind: str, known: Iterable[str], giver: PluginInfo | None) -> str:
        """What to do about a kind that nobody gives."""
        if not self.third_party:
            return "only plugins that ship with the toolkit are loaded"
        near = difflib.get_close_matches(kind, known, n=1, cutoff=0.5)
        if near and giver is None:
            return f"did you mean {near[0]!r}?"
        failed = [giver.name] if giver is not None else [info.name for info in self.plugins if info.state == "failed"]
        if failed:
            return f"is it of a plugin that failed? {', '.join(map(repr, failed))}: fit plugins list says why"
        there = f"there is: {', '.join(sorted(known)) or 'none'}"
        unread = [info.name for info in self.plugins if info.state == "off" and info.source == "package"]
        return there + (f"; not enabled, and so not looked into: {', '.join(unread)}" if unread else "")

    def _giver(self, what: What, kind: str) -> PluginInfo | None:
        """A plugin that is off or failed and would give this kind: ours is asked, another known by its name alone."""
        absent = [info for info in self.plugins if info.state != "loaded"]
        for info in absent:
            source = self.sources.get(info.name)
            if source is not None and info.source == "bundled":
                if any((thing.what, thing.kind) == (what, kind) for thing in load(source).description.things):
                    return info
            elif info.name == plugin_name(kind) or (source is not None and plugin_name(kind) in source.aliases):
                return info
        return None

    def plugin(self, name: str) -> PluginInfo:
        """Give one plugin by name; an unknown name is a PluginError that names the nearest."""
        wanted = plugin_name(name)
        for info in self.plugins:
            if info.name == wanted:
                return info
        raise no_such_plugin(name, [info.name for info in self.plugins])


def build_registry(
    settings: PluginSettings | None = None, root: Path | None = None, *, third_party: bool = True
) -> Registry:
    """Load every plugin that may be loaded and say what each provides.

    `root` is the practice folder. Plugins that fail are recorded in `failures`; only one that `[plugins] required`
    names makes this raise PluginError. `third_party=False`, or FIT_NO_PLUGINS in the environment, loads only what
    ships with the toolkit.
    """
    third_party = third_party and not _switched_on("FIT_NO_PLUGINS")
    build = _Build(settings or Defaults(), third_party=third_party)
    found = discover(root, third_party=third_party)
    for refused in found.refused:
        build.refuse(refused)
    for source in found.sources:
        build.add(source)
    build.missing()
    registry = build.registry()
    if third_party:
        _require(registry, build.settings.required)
    return registry


def build_alone(source: Source, settings: PluginSettings | None = None) -> Registry:
    """Load one plugin and nothing else, whether or not it is enabled."""
    build = _Build(settings or Defaults(), third_party=True)
    build.enabled, build.disabled = {source.name}, set()
    build.add(source)
    return build.registry()


def probe(source: Source, limits: Limits) -> Description:
    """Load a plugin in a child process of its own and give what it brings; never raises for what the plugin does.

    Every command waits for this, so that it has less time than an answer has.
    """
    limits = msgspec.structs.replace(limits, seconds=min(limits.seconds, LOAD_SECONDS))
    try:
        with Child(limits) as child:
            answer, _ = child.ask("load", {"source": msgspec.to_builtins(source)}, most_bytes=0)
            if answer.op != "done":
                return _nothing(source, str(answer.body.get("error", "did not load")))
            return msgspec.convert(answer.body, Description)
    except ChildGoneError as gone:
        text = f"did not finish loading within {limits.seconds:g} s"
        return _nothing(source, text if str(gone).startswith("did not answer within") else str(gone))
    except msgspec.ValidationError:
        return _nothing(source, "the answer is not in the agreed form")


def deprecated(told: Description) -> tuple[str, ...]:
    """Say what a plugin uses that will be taken away, each once."""
    used = {*told.hooks, *(name for thing in told.things for name in thing.sets)}
    return tuple(str(each) for each in hookspecs.DEPRECATED if each.name in used)


def trace(text: str) -> None:
    """Tell a hook call on stderr where FIT_TRACE_PLUGINS asks for it; holds no client data."""
    if _switched_on("FIT_TRACE_PLUGINS"):
        sys.stderr.write(f"fit trace: {text}\n")


def _switched_on(variable: str) -> bool:
    return os.environ.get(variable, "").strip().lower() not in {"", "0", "false", "no", "off"}


def limits_of(settings: PluginSettings) -> Limits:
    """Give the limits of a child process under these settings."""
    return Limits(seconds=float(settings.timeout_seconds), memory_mb=int(settings.memory_mb))


def _load_here(source: Source, hooks: Iterable[str]) -> Loaded:
    """Load a plugin of others in this process: what it prints goes to stderr, what it changes is put back and told."""
    with surroundings.alone() as changed:
        loaded = load(source, hooks=tuple(hooks))
    if not changed:
        return loaded
    told = loaded.description
    failure = PluginFailure(source.name, told.version or source.version, "", "import", changed[0])
    return replace(loaded, description=msgspec.structs.replace(told, failures=(*told.failures, failure)))


def _nothing(source: Source, error: str) -> Description:
    failure = PluginFailure(source.name, source.version, "", "import", error)
    return Description(version=source.version, failures=(failure,))


class _Build:
    """The registry while it is being built."""

    def __init__(self, settings: PluginSettings, *, third_party: bool) -> None:
        self.settings = settings
        self.third_party = third_party
        self.limits = limits_of(settings)
        self.enabled = {plugin_name(name) for name in settings.enabled}
        self.disabled = {plugin_name(name) for name in getattr(settings, "disabled", ())}
        self.pinned = {plugin_name(name): pin for name, pin in getattr(settings, "pinned", {}).items()}
        self.plugins: list[PluginInfo] = []
        self.failures: list[PluginFailure] = []
        self.sources: dict[str, Source] = {}
        self.offers: dict[tuple[What, str], list[Provided]] = {}
        self.places: list[tuple[Source, Any]] = []
        self.templates: list[TemplateFolder] = []

    def add(self, source: Source) -> None:
        """Load one plugin, or note that it is off."""
        self.sources[source.name] = source
        if (reason := self._off(source)) is not None:
            self.plugins.append(self._info(source, Description(), "off", reason, 0.0, isolated=False))
            return
        changed = self._changed(source)
        began = time.perf_counter()
        apart = source.origin != "bundled" and self.settings.isolate
        loaded = self._load(source, apart=apart)
        told = loaded.description
        source = msgspec.structs.replace(source, version=told.version or source.version)
        self.sources[source.name] = source
        for line in told.trace:
            trace(line)
        self._offer(source, loaded)
        self.failures += told.failures
        brings = told.things or told.instruments or told.templates
        state: State = "failed" if told.failures and not brings else "loaded"
        old = deprecated(told)
        reason = _shown(told.failures[0]) if told.failures else changed or told.note or "; ".join(old)
        info = self._info(source, told, state, reason, time.perf_counter() - began, isolated=apart)
        self.plugins.append(msgspec.structs.replace(info, changed=changed, deprecated=old))

    def refuse(self, refused: Refused) -> None:
        """Note what discovery would not have loaded."""
        source, failure = refused.source, refused.failure
        if refused.thing != "entry point":  # such a package cannot even be named in fit.toml, so nobody misses it
            self.failures.append(failure)
        self.plugins.append(self._info(source, Description(), "failed", _shown(failure), 0.0, isolated=False))

    def missing(self) -> None:
        """Note what fit.toml enables although it is not installed."""
        if not self.third_party:
            return
        known = set(self.sources) | {failure.plugin for failure in self.failures}
        known |= {alias for source in self.sources.values() for alias in source.aliases}
        for name in sorted(self.enabled - known):
            error = "is enabled in fit.toml but not installed"
            self.failures.append(PluginFailure(name, "", "", "", error))

    def registry(self) -> Registry:
        """Settle who provides what, and freeze it."""
        chosen: dict[What, dict[str, Provided]] = {what: {} for what in LABELS}
        conflicts: dict[tuple[What, str], str] = {}
        for (what, kind), offers in sorted(self.offers.items()):
            winner = self._choose(what, kind, offers, conflicts)
            if winner is not None:
                chosen[what][kind] = winner
        folders = self._template_folders()
        places, doubles = without_doubles(self.places)
        self.failures += doubles
        return Registry(
            plugins=tuple(sorted(self.plugins, key=_by_origin)),
            policies=MappingProxyType(chosen["policy"]),
            rules=MappingProxyType(chosen["rule"]),
            readers=MappingProxyType(chosen["reader"]),
            writers=MappingProxyType(chosen["writer"]),
            channels=MappingProxyType(chosen["channel"]),
            instrument_paths=places,
            failures=tuple(self.failures),
            sources=MappingProxyType(self.sources),
            conflicts=MappingProxyType(conflicts),
            limits=self.limits,
            third_party=self.third_party,
            sections=MappingProxyType(chosen["section"]),
            template_folders=folders,
        )

    def _template_folders(self) -> tuple[TemplateFolder, ...]:
        """Folders of others before ours; a template that two of the others give is used from neither."""
        ours = {name for name, source in self.sources.items() if source.origin == "bundled"}
        others = [folder for folder in self.templates if folder.plugin not in ours]
        kept, problems = settled(others, {name: plugin_name(plugin) for name, plugin in self.settings.choose.items()})
        for plugin, name, error in problems:
            self.failures.append(PluginFailure(plugin, self.sources[plugin].version, TEMPLATES, name, error))
        return (*kept, *(folder for folder in self.templates if folder.plugin in ours))

    def _changed(self, source: Source) -> str:
        """How an installed package differs from what was enabled; nothing where that was not written down."""
        pin = next((self.pinned[name] for name in (source.name, *source.aliases) if name in self.pinned), "")
        if source.origin != "package" or not pin or pin == source.pin:
            return ""
        was, now = pin.partition(" ")[0], source.version
        versions = f"was {was}, is {now}" if was != now else f"still {now}, but with other files"
        return f"changed since it was enabled ({versions}): fit plugins enable {source.name} accepts it"

    def _off(self, source: Source) -> str | None:
        names = {source.name, *source.aliases}
        if names & self.disabled:
            return "switched off in fit.toml ([plugins] disabled)"
        if source.opt_in and not names & self.enabled:
            return f"not enabled: fit plugins enable {source.name}"
        return None

    def _load(self, source: Source, *, apart: bool) -> Loaded:
        if source.origin == "bundled":
            return load(source)
        if not apart:
            return _load_here(source, KNOWN_HOOKS)
        told = probe(source, self.limits)
        places = tuple(Path(place) for place in told.instruments)
        templates = tuple(Path(place) for place in told.templates)
        here = {hook: what for hook, what in IN_PROCESS.items() if hook in told.hooks}
        if not any(thing.what in here.values() for thing in told.things):
            return Loaded(told, places=places, templates=templates)
        own = _load_here(source, here)
        kept = tuple(thing for thing in told.things if thing.what not in here.values())
        more = tuple(failure for failure in own.description.failures if failure not in told.failures)
        told = msgspec.structs.replace(told, things=kept + own.description.things, failures=told.failures + more)
        return Loaded(told, own.classes, places, templates)

    def _offer(self, source: Source, loaded: Loaded) -> None:
        for thing in loaded.description.things:
            offer = Provided(thing=thing, source=source, cls=loaded.classes.get((thing.what, thing.kind)))
            self.offers.setdefault((thing.what, thing.kind), []).append(offer)
        self.places += [(source, place) for place in loaded.places]
        for place in loaded.templates:
            with suppress(ContractError, OSError):  # it was whole a moment ago
                self.templates.append(TemplateFolder(source.name, place, names_in(place)))

    def _choose(
        self, what: What, kind: str, offers: list[Provided], conflicts: dict[tuple[What, str], str]
    ) -> Provided | None:
        if len(offers) == 1:
            return offers[0]
        wanted = self.settings.choose.get(kind)
        if wanted is not None:
            picked = [offer for offer in offers if offer.plugin == plugin_name(wanted)]
            if picked:
                return picked[0]
        names = " and ".join(repr(offer.plugin) for offer in offers)
        given = f"the {LABELS[what]} {kind!r} is given by the plugins {names}"
        choice = f'choose in fit.toml: [plugins] choose = {{ "{kind}" = "{offers[-1].plugin}" }}'
        ours = next((offer for offer in offers if offer.source.origin == "bundled"), None)
        if ours is not None:  # what somebody installs must not switch off what the practice relies on
            text = f"{given}; {ours.plugin!r} ships with the toolkit and is used; to have another, {choice}"
        else:
            text = conflicts[what, kind] = f"{given}, so none is used; {choice}"
        self.failures += [offer.failure(text) for offer in offers if offer.source.origin != "bundled"]
        return ours

    def _info(
        self, source: Source, told: Description, state: State, reason: str, took: float, *, isolated: bool
    ) -> PluginInfo:
        return PluginInfo(
            name=source.name,
            version=source.version,
            source=source.origin,
            where=source.where,
            hooks=told.hooks,
            api=told.api,
            state=state,
            reason=reason,
            load_seconds=round(took, 3),
            kinds=tuple(f"{thing.what} {thing.kind}" for thing in told.things),
            isolated=isolated,
            digest=source.digest,
        )


def _require(registry: Registry, required: Iterable[str]) -> None:
    failed = {failure.plugin: failure for failure in reversed(registry.failures)}
    states = {info.name: info for info in registry.plugins}
    for name in map(plugin_name, required):
        if name in failed:
            raise PluginError(f"a required plugin does not work: {failed[name]}", hint=f"fit plugins show {name}")
        if name not in states or states[name].state != "loaded":
            reason = states[name].reason if name in states else "there is none of that name"
            raise PluginError(f"the required plugin {name!r} is not loaded: {reason}", hint="[plugins] in fit.toml")


def _shown(failure: PluginFailure) -> str:
    return " ".join(part for part in (failure.hook, failure.thing, failure.error) if part)


def _by_origin(info: PluginInfo) -> tuple[int, str]:
    return ("bundled", "drop-in", "package").index(info.source), info.name
