"""Makes policies ready to run: parameters checked with their line, norm sets and curve packs resolved by name, and hashed."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from fit_toolkit.course import AlertPolicy, Curve, Norms, Rating
from fit_toolkit.engine.facts import Facts, facts_of
from fit_toolkit.engine.failing import one_line
from fit_toolkit.engine.records import PluginFailureError, Provided
from fit_toolkit.errors import ConfigError, ContractError

if TYPE_CHECKING:
    from fit_toolkit.engine.workers import Workers

Where: TypeAlias = str | Callable[[str], str]  # a place, or the place of a parameter by its name ("" for the table)


@dataclass(frozen=True)
class ReadyPolicy:
    """A policy with its parameters, ready to be asked through `Workers.find`; the same for ours and for others'.

    `parameters` is plain data in full, defaults, norm sets and curve packs included. `instance` is None for one that runs in a
    child process.
    """

    provided: Provided
    parameters: Mapping[str, Any]
    ratings: tuple[Rating, ...] = ()
    norms: tuple[Norms, ...] = ()
    chance: float | None = None
    min_ratings: int = 1
    instance: AlertPolicy | None = field(default=None, repr=False)
    curves: tuple[Curve, ...] = ()

    @property
    def kind(self) -> str:
        """The name used in fit.toml."""
        return self.provided.kind

    @property
    def plugin(self) -> str:
        """Who provides it."""
        return self.provided.plugin

    @property
    def version(self) -> str:
        """The version of the plugin."""
        return self.provided.version

    @property
    def basis(self) -> str:
        """What a flag rests on: unusual, convention, answer or absence."""
        return self.provided.thing.basis

    @property
    def severity(self) -> str:
        """How serious it is unless fit.toml says otherwise."""
        return self.provided.thing.severity

    @property
    def after(self) -> int:
        """How many firing points in a row it takes unless fit.toml says otherwise."""
        return self.provided.thing.after

    @property
    def clock(self) -> bool:
        """Whether its answer moves with the calendar."""
        return self.provided.thing.clock

    @property
    def item(self) -> bool:
        """Whether it watches flagged items."""
        return self.provided.thing.item

    @property
    def hash(self) -> str:
        """What this policy computes, in one text: changes with its parameters, its norms and its plugin."""
        return policy_hash(self.provided, self.parameters)


def instantiate(
    provided: Provided,
    parameters: Mapping[str, Any],
    *,
    where: Where = "",
    norms: Callable[[str], Norms] | None = None,
    curves: Callable[[str], Curve] | None = None,
    workers: Workers | None = None,
) -> ReadyPolicy:
    """Check parameters and make a policy ready.

    A norm set is given by name and looked up with `norms`, a curve pack with `curves`. `workers` is the run's; without it a policy of others is
    checked in a child process that is started for this alone.

    Raises:
        ConfigError: a parameter is unknown, missing or of the wrong type; carries the place from `where`.
        PluginFailureError: the plugin failed while it was asked.
    """
    given = plain_parameters(provided, parameters, where=where, norms=norms, curves=curves)
    if provided.cls is not None:
        instance, facts = _convert(provided, provided.cls, given, where)
    elif workers is not None:
        instance, facts = None, workers.facts(provided, given, where=where)
    else:
        from fit_toolkit.engine.workers import Workers as Started

        with Started() as alone:
            instance, facts = None, alone.facts(provided, given, where=where)
    return ReadyPolicy(
        provided=provided,
        parameters=facts.parameters,
        ratings=facts.ratings,
        norms=facts.norms,
        chance=facts.chance,
        min_ratings=facts.min_ratings,
        instance=instance,
        curves=facts.curves,
    )


def plain_parameters(
    provided: Provided,
    parameters: Mapping[str, Any],
    *,
    where: Where = "",
    norms: Callable[[str], Norms] | None = None,
    curves: Callable[[str], Curve] | None = None,
) -> dict[str, Any]:
    """Refuse unknown and missing parameters with the nearest name; put norm sets and curve packs in place of their names."""
    known = {parameter.name: parameter for parameter in provided.thing.parameters}
    label = f"{provided.thing.what} {provided.kind!r}"
    for name in parameters:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]!r}?" if near else f"it has: {', '.join(known) or 'none'}"
            raise ConfigError(f"{label} has no parameter {name!r}", where=place(where, name), hint=hint)
    for name, parameter in known.items():
        if parameter.required and name not in parameters:
            hint = parameter.help or parameter.type
            raise ConfigError(f"{label} needs the parameter {name!r}", where=place(where), hint=hint)
    plain = {}
    for name, value in parameters.items():
        if known[name].role == "norms" and isinstance(value, str):
            if norms is None:
                raise ConfigError(f"the norm set {value!r} cannot be looked up here", where=place(where, name))
            plain[name] = msgspec.to_builtins(norms(value))
        elif known[name].role == "curve" and isinstance(value, str):
            if curves is None:
                raise ConfigError(f"the curve pack {value!r} cannot be looked up here", where=place(where, name))
            plain[name] = msgspec.to_builtins(curves(value))
        else:
            plain[name] = msgspec.to_builtins(value)
    return plain


def policy_hash(provided: Provided, parameters: Mapping[str, Any]) -> str:
    """Hash what a policy computes: its kind, its parameters with the content of norm sets, and whose code it is."""
    identity = {
        "kind": provided.kind,
        "parameters": dict(parameters),
        "plugin": provided.plugin,
        "version": provided.version,
        "digest": provided.source.digest,
    }
    return hashlib.sha256(msgspec.json.encode(identity, order="deterministic")).hexdigest()


def place(where: Where, name: str = "") -> str:
    """Give the place of a parameter as text."""
    return where if isinstance(where, str) else where(name)


def refused(provided: Provided, message: str, where: Where) -> ConfigError:
    """Turn what msgspec says about a parameter into words for the writer of fit.toml."""
    text, _, path = message.partition(" - at `$.")
    name = path.rstrip("`")
    text = text.replace("`", "'").replace("'str'", "text").replace("'int'", "a whole number")
    text = text.replace("'float'", "a number").replace("'bool'", "true or false").replace("'null'", "nothing")
    what = f"parameter {name!r}: {text}" if name else text
    return ConfigError(f"{provided.thing.what} {provided.kind!r}: {what}", where=place(where, name.partition(".")[0]))


def _convert(provided: Provided, cls: type[Any], given: dict[str, Any], where: Where) -> tuple[Any, Facts]:
    try:
        instance = msgspec.convert(given, cls)
        return instance, facts_of(instance, provided.thing.what)
    except msgspec.ValidationError as error:
        raise refused(provided, one_line(str(error)), where) from error
    except (Exception, SystemExit) as error:
        said = error.what if isinstance(error, ContractError) else f"raised {type(error).__name__}"
        raise PluginFailureError(provided.failure(said)) from error


def build_part(provided: Provided, settings: Mapping[str, Any], *, where: Where = "") -> Any:
    """Make a reader, a writer or a channel, which run in this process, from its settings; errors as for `instantiate`."""
    given = plain_parameters(provided, settings, where=where)
    if provided.cls is None:
        raise PluginFailureError(provided.failure("runs in a child process and cannot be made here"))
    return _convert(provided, provided.cls, given, where)[0]
