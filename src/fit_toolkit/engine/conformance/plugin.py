"""Everything that is tried with one plugin, in the order in which it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from fit_toolkit.engine.conformance import channels, policies, readers, rules, sections, writers
from fit_toolkit.engine.conformance.bench import Bench
from fit_toolkit.engine.conformance.cases import Case, Check, cases, label
from fit_toolkit.engine.records import Provided, What
from fit_toolkit.engine.registry import Registry
from fit_toolkit.errors import ConfigError

More: TypeAlias = Callable[["Trial", Provided], Iterable[Case]]
KINDS: Mapping[What, Callable[[Provided, Mapping[str, Any], Bench], Iterable[Case]]] = {
    "policy": policies.policy_cases,
    "rule": rules.rule_cases,
    "reader": readers.reader_cases,
    "writer": writers.writer_cases,
    "channel": channels.channel_cases,
    "section": sections.section_cases,
}


class Trial:
    """One plugin to be tried: `cases` says what will be tried and runs nothing; `close` ends its child processes.

    `parameters` are for whatever in the plugin has parameters of these names; made-up ones are taken for the rest.
    """

    def __init__(self, registry: Registry, name: str, parameters: Mapping[str, Any] | None = None) -> None:
        self.registry = registry
        self.info = registry.plugin(name)
        self.bench = Bench(registry)
        self.given = dict(parameters or {})
        self._refuse_unknown()

    @property
    def things(self) -> list[Provided]:
        """Everything that this plugin provides."""
        return [
            each for group in self.registry.groups.values() for each in group.values() if each.plugin == self.info.name
        ]

    def parameters(self, provided: Provided) -> dict[str, Any]:
        """The given parameters that this thing has."""
        own = {parameter.name for parameter in provided.thing.parameters}
        return {name: value for name, value in self.given.items() if name in own}

    def cases(self, more: More | None = None) -> Iterator[Case]:
        """Give every case; `more` adds those that need a practice, thing by thing."""
        yield from cases("plugin", {
            "loads-alone": ("it loads alone, and its hooks give what they should", lambda: self._said(hooks=False)),
            "hooks-match": ("its hooks are known and have the right arguments", lambda: self._said(hooks=True)),
            "hook-api": ("it says for which hook API it is written", self._api),
        })  # fmt: skip
        for provided in self.things:
            yield from _described(provided)
            try_kind = KINDS.get(provided.thing.what)
            yield from try_kind(provided, self.parameters(provided), self.bench) if try_kind else ()
            yield from more(self, provided) if more else ()

    def close(self) -> None:
        """End every child process."""
        self.bench.close()

    def _said(self, *, hooks: bool) -> str:
        failures = [each for each in self.registry.failures if each.plugin == self.info.name]
        about = [each for each in failures if (each.thing == "hooks") == hooks]
        return "; ".join(" ".join(part for part in (each.hook, each.thing, each.error) if part) for each in about)

    def _api(self) -> str:
        return self.info.reason if "fit_hook_api" in self.info.reason else ""

    def _refuse_unknown(self) -> None:
        known = {parameter.name for provided in self.things for parameter in provided.thing.parameters}
        for name in self.given.keys() - known if self.things else ():
            hint = f"it has: {', '.join(sorted(known)) or 'none'}"
            raise ConfigError(f"nothing in the plugin {self.info.name!r} has a parameter {name!r}", hint=hint)


def check_plugin(registry: Registry, name: str, more: More | None = None) -> Iterator[Check]:
    """Try everything that the plugin called `name` brings; the registry has loaded it."""
    trial = Trial(registry, name)
    try:
        for case in trial.cases(more):
            yield case.run()
    finally:
        trial.close()


def _described(provided: Provided) -> Iterator[Case]:
    thing = provided.thing

    def words() -> str:
        return "" if thing.title and not thing.title.startswith(f"{thing.kind}(") else "its class has no docstring"

    def helps() -> str:
        silent = [parameter.name for parameter in thing.parameters if not parameter.help]
        return f"without a description: {', '.join(silent)}" if silent else ""

    yield from cases(label(provided), {
        "one-sentence": ("it says in one sentence what it does", words),
        "parameters": ("every parameter has a type and a help text", helps),
    })  # fmt: skip
