"""Loads one plugin, asks its hooks one by one, and checks what they give.

The same code runs in this process for plugins that ship with the toolkit and in a child process for all others, so
that both are held to the same contract. Every plugin gets a pluggy manager of its own: what one of them does to its
manager cannot reach another, and a hook that raises loses only what it would have given.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import itertools
import sys
import time
import types
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pluggy

from fit_toolkit import hookspecs
from fit_toolkit.engine.describe import describe
from fit_toolkit.engine.failing import one_line, spoken
from fit_toolkit.engine.places import definitions_in
from fit_toolkit.engine.records import HOOKS, INSTRUMENTS, TEMPLATES, Description, PluginFailure, Source, Thing, What
from fit_toolkit.engine.templates import names_in
from fit_toolkit.errors import ContractError, PluginError

MOST_THINGS = 256
KNOWN_HOOKS = (*HOOKS, INSTRUMENTS, TEMPLATES)


@dataclass
class Loaded:
    """A plugin that was loaded as far as it could be: its description, its classes, its instruments and templates."""

    description: Description
    classes: dict[tuple[What, str], type[Any]] = field(default_factory=dict)
    places: tuple[Any, ...] = ()
    templates: tuple[Any, ...] = ()


def load(source: Source, hooks: Collection[str] = KNOWN_HOOKS) -> Loaded:
    """Import a plugin and ask the named hooks; nothing it raises gets out except KeyboardInterrupt."""
    try:
        plugin = import_plugin(source)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - reported as this plugin's failure
        return _failed(source, "import", spoken(error, source))
    version = _own_version(plugin) or source.version
    source = msgspec.structs.replace(source, version=version)
    try:
        api, note = _hook_api(plugin, ours=source.origin == "bundled")
        callers = _register(plugin, source)
    except PluginError as error:
        return _failed(source, "hooks", one_line(str(error)))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - reported as this plugin's failure
        return _failed(source, "hooks", spoken(error, source))
    asked = _Asked(source)
    for hook, functions in callers.items():
        if hook in hooks:
            for function in functions:
                asked.ask(hook, function)
    description = Description(
        version=version,
        api=api,
        note=note,
        hooks=tuple(callers),
        things=tuple(asked.things),
        instruments=tuple(str(place) for place in asked.places),
        templates=tuple(str(place) for place in asked.templates),
        failures=tuple(asked.failures),
        trace=tuple(asked.trace),
    )
    return Loaded(description, asked.classes, tuple(asked.places), tuple(asked.templates))


def import_plugin(source: Source) -> Any:
    """Import the module or file of a plugin and give the object that carries its hooks."""
    if source.file:
        return _run_file(source)
    module: Any = importlib.import_module(source.module)
    for name in filter(None, source.attribute.split(".")):
        module = getattr(module, name)
    return module


def _run_file(source: Source) -> types.ModuleType:
    """Run a drop-in under a name of its own, writing no cache beside it."""
    module = types.ModuleType(source.module)
    module.__file__ = source.file
    module.__spec__ = importlib.machinery.ModuleSpec(source.module, loader=None, origin=source.file)
    sys.modules[source.module] = module  # typed parameters are looked up by the name of the module
    try:
        code = compile(Path(source.file).read_bytes(), source.file, "exec", dont_inherit=True)
        exec(code, module.__dict__)  # noqa: S102 - a drop-in is code the practice put there to be run
    except BaseException:
        del sys.modules[source.module]
        raise
    return module


def _failed(source: Source, thing: str, error: str) -> Loaded:
    failure = PluginFailure(source.name, source.version, "", thing, error)
    return Loaded(Description(version=source.version, failures=(failure,)))


def _own_version(plugin: Any) -> str:
    version = getattr(plugin, "__version__", "")
    return one_line(version)[:40] if isinstance(version, str) else ""


def _hook_api(plugin: Any, *, ours: bool) -> tuple[str, str]:
    """Compare the plugin's hook API with ours: the same major, and a minor that is not newer."""
    current = "{}.{}".format(*hookspecs.HOOK_API)
    declared = getattr(plugin, "fit_hook_api", None)
    if declared is None:
        return ("1.0", "") if ours else ("1.0", 'does not say fit_hook_api = "1.0"; taken as written for 1.0')
    major, _, minor = str(declared).partition(".")
    if not (major.isdecimal() and minor.isdecimal()):
        raise PluginError(f"fit_hook_api must look like {current!r}")
    if int(major) != hookspecs.HOOK_API[0] or int(minor) > hookspecs.HOOK_API[1]:
        raise PluginError(f"is written for hook API {major}.{minor}; this toolkit has {current}")
    return f"{major}.{minor}", ""


def _register(plugin: Any, source: Source) -> dict[str, list[Callable[..., Any]]]:
    """Register with a manager of its own; refuse unknown hooks, wrong arguments and wrappers."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    implemented = _implemented(manager, plugin)
    if not implemented:
        raise PluginError("implements no hook; is @hookimpl missing?")
    for hook, options in implemented.items():
        if hook not in KNOWN_HOOKS and not options["optionalhook"]:
            import difflib  # seldom needed, in none of the many child processes

            near = difflib.get_close_matches(hook, KNOWN_HOOKS, n=1)
            raise PluginError(f"there is no hook {hook!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        if options["hookwrapper"] or options["wrapper"]:
            raise PluginError(f"{hook} is a hook wrapper; a plugin may not change another's results")
    try:
        manager.register(plugin, name=source.name)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise PluginError(f"a hook has arguments it may not have: {str(error).splitlines()[-1]}") from error
    return {
        name: [implementation.function for implementation in getattr(manager.hook, name).get_hookimpls()]
        for name in KNOWN_HOOKS
        if name in implemented
    }


def _implemented(manager: pluggy.PluginManager, plugin: Any) -> dict[str, Any]:
    found = {}
    for name in dir(plugin):
        options = manager.parse_hookimpl_opts(plugin, name)
        if options is not None:
            found[options.get("specname") or name] = options
    return found


class _Asked:
    """Collects what hooks give, one implementation at a time."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.things: list[Thing] = []
        self.classes: dict[tuple[What, str], type[Any]] = {}
        self.places: list[Any] = []
        self.templates: list[Any] = []
        self.failures: list[PluginFailure] = []
        self.trace: list[str] = []

    def ask(self, hook: str, function: Callable[..., Any]) -> None:
        began = time.perf_counter()
        try:
            given = list(itertools.islice(function(), MOST_THINGS + 1))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - reported as this plugin's failure
            self._fail(hook, "", spoken(error, self.source))
            given = []
        if len(given) > MOST_THINGS:
            self._fail(hook, "", f"gave more than {MOST_THINGS} things")
            given = []
        for each in given:
            self._take(hook, each)
        took = (time.perf_counter() - began) * 1000
        self.trace.append(f"plugin {self.source.name} hook {hook} gave {len(given)} in {took:.1f} ms")

    def _take(self, hook: str, given: Any) -> None:
        if hook in {INSTRUMENTS, TEMPLATES}:
            self._take_place(hook, given)
            return
        try:
            thing = describe(HOOKS[hook], given)
        except ContractError as error:
            self._fail(hook, "", one_line(str(error)))
            return
        except (Exception, SystemExit) as error:  # noqa: BLE001 - reported as this plugin's failure
            self._fail(hook, "", spoken(error, self.source))
            return
        if (thing.what, thing.kind) in self.classes:
            self._fail(hook, f"{thing.what} {thing.kind}", "is given twice by the same plugin")
            return
        self.things.append(thing)
        self.classes[thing.what, thing.kind] = given

    def _take_place(self, hook: str, given: Any) -> None:
        if not (hasattr(given, "is_dir") and hasattr(given, "read_bytes")):
            self._fail(hook, "", "gave something that is not a path")
            return
        try:
            if hook == INSTRUMENTS:
                definitions_in(given)  # a place that cannot be read is told now, not when somebody needs it
            else:
                names_in(given)
        except FileNotFoundError:
            self._fail(hook, "", "gave a path that is not there")
        except ContractError as error:
            self._fail(hook, "", error.what)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a place of its own making may raise anything
            self._fail(hook, "", spoken(error, self.source))
        else:
            (self.places if hook == INSTRUMENTS else self.templates).append(given)

    def _fail(self, hook: str, thing: str, error: str) -> None:
        self.failures.append(PluginFailure(self.source.name, self.source.version, hook, thing, error))
