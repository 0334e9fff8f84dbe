"""What runs in the child process: loads one plugin and answers what the parent asks, until its input ends.

Standard input and output are moved out of the plugin's reach before it is loaded: what it prints goes to stderr,
which the parent drains and never shows.
"""

from __future__ import annotations

import math
import os
import signal
import sys
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeAlias

import msgspec
from numpy.typing import NDArray

from fit_toolkit.course import AlertPolicy
from fit_toolkit.engine import contract, guards, surroundings, travel, wire
from fit_toolkit.engine.facts import facts_of
from fit_toolkit.engine.failing import one_line, silent, spoken
from fit_toolkit.engine.load import load
from fit_toolkit.engine.records import Limits, PluginFailure, Source, What
from fit_toolkit.errors import ContractError

Arrays: TypeAlias = dict[str, NDArray[Any]]
Reply: TypeAlias = tuple[dict[str, Any], Arrays]
MEGABYTE = 1 << 20
CHANGED = "compute changed the answers it was given"


def main(limits: str) -> None:
    """Serve until the parent closes its end; then leave at once, whatever threads the plugin started."""
    incoming, outgoing = _own_descriptors()
    bounds = msgspec.json.decode(limits, type=Limits)
    _limit(bounds)
    guards.install(bounds.trial)
    server = Server(bounds)
    _send(outgoing, wire.pack("ready", 0, {}, {}))
    own = os.getpid()
    while True:
        try:
            envelope, blobs = wire.unpack(lambda count: _read(incoming, count))
        except EOFError:
            os._exit(0)
        _allow(bounds.seconds)
        op, body, arrays = server.answer(envelope, blobs)
        if os.getpid() != own:
            os._exit(1)  # a copy that the plugin forked must not answer a second time
        _send(outgoing, wire.pack(op, envelope.serial, body, arrays))


class Server:
    """Holds the loaded plugin and answers one request after the other; never raises."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.classes: dict[tuple[What, str], type[Any]] = {}
        self.source = Source(name="", origin="drop-in", module="")
        self.instances: dict[bytes, Any] = {}
        self.operations: Mapping[str, Callable[[dict[str, Any], dict[str, bytes]], Reply]] = {
            "load": self._load,
            "ready": self._ready,
            "find": self._find,
            "compute": self._compute,
            "data": self._data,
        }

    def answer(self, envelope: wire.Envelope, blobs: dict[str, bytes]) -> tuple[str, dict[str, Any], Arrays]:
        """Do what is asked; an exception of the plugin becomes an answer that says so."""
        guards.GUARD.active = True
        try:
            op, body, arrays = self._answer(envelope, blobs)
        finally:
            guards.GUARD.active = False
        if envelope.op != "load" and (tried := guards.GUARD.taken()) and tried not in str(body.get("error", "")):
            return "failed", {"error": one_line(tried)}, {}  # it was refused, and the plugin went on
        return op, body, arrays

    def _answer(self, envelope: wire.Envelope, blobs: dict[str, bytes]) -> tuple[str, dict[str, Any], Arrays]:
        try:
            with surroundings.kept(no_children=True) as changed:
                body, arrays = self.operations[envelope.op](envelope.body, blobs)
        except ContractError as error:
            return "broken", {"error": one_line(error.what)}, {}
        except _RaisedError as raised:
            return "failed", {"error": raised.text}, {}
        except msgspec.ValidationError as error:
            return "refused", {"error": one_line(str(error))}, {}
        except BaseException as error:  # noqa: BLE001 - in a child nothing else needs to get out
            return "failed", {"error": silent(error, self.source)}, {}
        if changed and envelope.op != "load":
            return "failed", {"error": changed[0]}, {}
        return "done", self._with_failure(body, changed) if changed else body, arrays

    def _with_failure(self, body: dict[str, Any], changed: list[str]) -> dict[str, Any]:
        """A description with what happened on loading; what forks while it is loaded is not loaded a second time."""
        failure = PluginFailure(self.source.name, str(body["version"]), "", "import", changed[0])
        failures = [*body["failures"], msgspec.to_builtins(failure)]
        nothing: dict[str, Any] = (
            {"things": [], "instruments": [], "templates": []} if changed[0].startswith("started") else {}
        )
        return {**body, **nothing, "failures": failures}

    def _said(self, error: BaseException) -> str:
        """Tell what a plugin raised; its message only where the data is made up."""
        return (spoken if self.limits.trial else silent)(error, self.source)

    def _load(self, body: dict[str, Any], _: dict[str, bytes]) -> Reply:
        self.source = msgspec.convert(body["source"], Source)
        sys.path.extend(folder for folder in self.source.path if folder not in sys.path)
        try:
            loaded = load(self.source)
        except BaseException as error:
            raise _RaisedError(spoken(error, self.source)) from error
        self.classes = loaded.classes
        return msgspec.to_builtins(loaded.description), {}

    def _instance(self, what: What, body: dict[str, Any]) -> Any:
        key = msgspec.json.encode([what, body["kind"], body["parameters"]])
        if key not in self.instances:
            cls = self.classes[what, body["kind"]]
            self.instances[key] = msgspec.convert(body["parameters"], cls)
        return self.instances[key]

    def _ready(self, body: dict[str, Any], _: dict[str, bytes]) -> Reply:
        what = msgspec.convert(body["what"], What)
        try:
            instance = self._instance(what, body)
            facts = facts_of(instance, what)
        except (msgspec.ValidationError, ContractError):
            raise
        except BaseException as error:
            raise _RaisedError(spoken(error, self.source)) from error
        return msgspec.to_builtins(facts), {}

    def _find(self, body: dict[str, Any], blobs: dict[str, bytes]) -> Reply:
        policy: AlertPolicy = self._instance("policy", body)
        course = travel.course_in(
            body["courses"], {name: wire.array(blob) for name, blob in blobs.items()}, body["today"]
        )
        try:
            given: Any = policy.find(course)
        except BaseException as error:
            raise _RaisedError(self._said(error)) from error
        try:
            return travel.findings_out(contract.checked(given, course, course))
        except ContractError:
            raise
        except Exception as error:
            raise ContractError("the findings are not in the agreed form") from error

    def _compute(self, body: dict[str, Any], blobs: dict[str, bytes]) -> Reply:
        from pandas import DataFrame

        from fit_toolkit.model.instrument import Scale

        rule = self._instance("rule", body)
        scale = msgspec.convert(body["scale"], Scale)
        answers = DataFrame(wire.array(blobs["answers"]).copy(), columns=body["items"])
        before = answers.copy() if self.limits.trial == "shut" else None
        try:
            given = rule.compute(answers, scale)
        except BaseException as error:
            raise _RaisedError(self._said(error)) from error
        if before is not None and not answers.equals(before):
            raise ContractError(CHANGED)
        return {}, {"values": contract.scores(given, answers.index)}

    def _data(self, body: dict[str, Any], _: dict[str, bytes]) -> Reply:
        """Ask a section about made-up ratings; in a run sections are asked in the parent."""
        from fit_toolkit.engine.sections import plain, view_of

        section = self._instance("section", body)
        rows = [{**row, "date": date.fromisoformat(row["date"])} for row in body["rows"]]
        view = view_of(rows, as_of=date.fromisoformat(body["as_of"]), language="en")
        try:
            given = section.data(view)
        except BaseException as error:
            raise _RaisedError(self._said(error)) from error
        return {"data": None if given is None else plain(given)}, {}


class _RaisedError(Exception):
    """The plugin raised; the text is safe to tell."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


# ---- the process


def _own_descriptors() -> tuple[int, int]:
    """Move the connection away from 0 and 1, so that reading stdin gives nothing and printing goes to stderr."""
    incoming, outgoing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return incoming, outgoing


def _limit(limits: Limits) -> None:
    import resource

    memory = limits.memory_mb * MEGABYTE
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits.files, limits.files))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.file_mb * MEGABYTE, limits.file_mb * MEGABYTE))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)


def _allow(seconds: float) -> None:
    """Give the next answer its share of CPU and wall time; past it the system ends this process.

    The parent ends it too, a little earlier; this holds even when the parent has been killed meanwhile.
    """
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = math.ceil(used.ru_utime + used.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
    signal.setitimer(signal.ITIMER_REAL, seconds + 2.0)


def _read(descriptor: int, count: int) -> bytes:
    parts = []
    while count:
        part = os.read(descriptor, count)
        if not part:
            raise EOFError
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _send(descriptor: int, pieces: list[bytes]) -> None:
    for piece in pieces:
        view = memoryview(piece)
        while view:
            view = view[os.write(descriptor, view) :]
    signal.setitimer(signal.ITIMER_REAL, 0)
