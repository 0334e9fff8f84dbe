"""Runs policies and scoring rules: ours in this process, all others in one child process per plugin and run.

Both ways give the same answer for the same policy, are held to the same contract, and fail the same way: with a
PluginFailureError that says which plugin, which version and what it was asked for, and nothing about a client. A
child that was lost is started once more; a plugin that loses it again is not asked any more in this run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import msgspec
import numpy as np

from fit_toolkit.course import Course, Findings
from fit_toolkit.engine import contract, surroundings, travel, wire
from fit_toolkit.engine.child import Child, ChildGoneError
from fit_toolkit.engine.facts import Facts
from fit_toolkit.engine.failing import one_line, silent
from fit_toolkit.engine.policies import ReadyPolicy, Where, refused
from fit_toolkit.engine.records import BrokenContractError, Limits, PluginFailure, PluginFailureError, Provided
from fit_toolkit.engine.registry import Registry, trace
from fit_toolkit.errors import ContractError

if TYPE_CHECKING:
    from pandas import DataFrame, Series

Compute: TypeAlias = "Callable[[DataFrame, Any], Series[float]]"
STARTS = 2  # the first, and one more after a crash


class Workers:
    """The child processes of one run; a context manager that leaves none of them behind."""

    def __init__(self, registry: Registry | None = None, limits: Limits | None = None) -> None:
        self.limits = limits or (registry.limits if registry is not None else Limits())
        self._registry = registry
        self.failures: list[PluginFailure] = []
        self._children: dict[str, Child] = {}
        self._starts: dict[str, int] = {}
        self._last: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Start nothing yet: a child is started when it is first needed."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace_: TracebackType | None
    ) -> None:
        """End every child."""
        self.close()

    def close(self) -> None:
        """End every child."""
        for child in self._children.values():
            child.close()
        self._children.clear()

    def find(self, policy: ReadyPolicy, course: Course) -> Findings:
        """Ask a policy about a course.

        Raises:
            PluginFailureError: it raised, hung, crashed or ended; the failure is also kept in `failures`.
            BrokenContractError: it answered in another form than agreed; a kind of PluginFailureError.
        """
        began = time.perf_counter()
        try:
            found = self._find(policy, course)
        except PluginFailureError as error:
            self.failures.append(error.failure)
            raise
        took = (time.perf_counter() - began) * 1000
        trace(f"plugin {policy.plugin} policy {policy.kind} looked at {len(course)} ratings in {took:.1f} ms")
        return found

    def compute(self, rule: Provided, parameters: Mapping[str, Any], answers: DataFrame, scale: Any) -> Series[float]:
        """Ask a scoring rule for one score per row of `answers`; fails as `find` does."""
        try:
            return self._compute(rule, parameters, answers, scale)
        except PluginFailureError as error:
            self.failures.append(error.failure)
            raise

    def rules(self) -> dict[str, Compute]:
        """Give every scoring rule as `compute(answers, scale)`, which takes its parameters from the scale."""
        return {kind: self._rule(rule) for kind, rule in (self._registry.rules if self._registry else {}).items()}

    def _rule(self, rule: Provided) -> Compute:
        def compute(answers: DataFrame, scale: Any) -> Series[float]:
            return self.compute(rule, scale.parameters, answers, scale)

        return compute

    def data(self, section: Provided, parameters: Mapping[str, Any], rows: Sequence[Any], as_of: date) -> Any:
        """Ask a section in a child about made-up ratings, to see whether it keeps to itself; gives plain data."""
        body = {"kind": section.kind, "parameters": dict(parameters), "rows": list(rows), "as_of": as_of}
        answer, _ = self._ask(section, "data", body)
        return answer.body.get("data")

    def facts(self, provided: Provided, parameters: Mapping[str, Any], *, where: Where = "") -> Facts:
        """Have a child make an instance and tell its facts; a refused parameter is a ConfigError."""
        body = {"what": provided.thing.what, "kind": provided.kind, "parameters": dict(parameters)}
        answer, _ = self._ask(provided, "ready", body)
        if answer.op == "refused":
            raise refused(provided, str(answer.body.get("error", "")), where)
        try:
            return msgspec.convert(answer.body, Facts)
        except msgspec.ValidationError as error:
            raise self._broken(provided, "the answer is not in the agreed form") from error

    # ---- in this process, or in a child

    def _find(self, policy: ReadyPolicy, course: Course) -> Findings:
        if policy.instance is not None:
            return self._find_here(policy, course)
        described, arrays = travel.course_out(course)
        body = {
            "kind": policy.kind,
            "parameters": dict(policy.parameters),
            "courses": described,
            "today": course.members.today,
        }
        answer, blobs = self._ask(policy.provided, "find", body, arrays, most_bytes=travel.most_bytes(course))
        try:
            return travel.findings_in(answer.body, blobs, course)
        except ContractError as error:
            raise self._broken(policy.provided, error.what) from error

    def _find_here(self, policy: ReadyPolicy, course: Course) -> Findings:
        ours = policy.provided.source.origin == "bundled"
        fresh = contract.frozen(course)
        asked = course if ours else fresh  # ours share what the operators remember
        try:
            with surroundings.alone(ours=ours) as changed:
                given = policy.instance.find(asked) if policy.instance is not None else None
        except (Exception, SystemExit) as error:  # noqa: BLE001 - reported as this plugin's failure
            said = silent(error, policy.provided.source)
            raise PluginFailureError(policy.provided.failure(said)) from None  # its message may hold a client's data
        if changed:
            raise PluginFailureError(policy.provided.failure(changed[0]))
        try:
            return contract.checked(given, asked, course)
        except ContractError as error:
            raise self._broken(policy.provided, error.what) from error
        except Exception:  # noqa: BLE001 - a record filled with anything at all may raise anything at all
            raise self._broken(policy.provided, "the findings are not in the agreed form") from None

    def _compute(self, rule: Provided, parameters: Mapping[str, Any], answers: DataFrame, scale: Any) -> Series[float]:
        from pandas import Series

        if rule.cls is not None:
            return Series(self._compute_here(rule, rule.cls, parameters, answers, scale), index=answers.index)
        body = {
            "kind": rule.kind,
            "parameters": dict(parameters),
            "scale": msgspec.to_builtins(scale),
            "items": [str(name) for name in answers.columns],
        }
        matrix = {"answers": answers.to_numpy(float)}
        _, blobs = self._ask(rule, "compute", body, matrix, most_bytes=8 * len(answers) + 4096)
        try:
            values = wire.array(blobs.get("values", b""), dtype="<f8", length=len(answers))
            if np.isinf(values).any():
                raise ContractError("compute gave a score that is infinite")
        except ContractError as error:
            raise self._broken(rule, error.what) from error
        return Series(values.copy(), index=answers.index)

    def _compute_here(
        self, rule: Provided, cls: type[Any], parameters: Mapping[str, Any], answers: DataFrame, scale: Any
    ) -> Any:
        ours = rule.source.origin == "bundled"
        try:
            with surroundings.alone(ours=ours) as changed:
                given = msgspec.convert(dict(parameters), cls).compute(answers.copy(), scale)
        except msgspec.ValidationError as error:
            raise refused(rule, one_line(str(error)), "") from error
        except (Exception, SystemExit) as error:  # noqa: BLE001 - reported as this plugin's failure
            raise PluginFailureError(rule.failure(silent(error, rule.source))) from None
        if changed:
            raise PluginFailureError(rule.failure(changed[0]))
        try:
            return contract.scores(given, answers.index)
        except ContractError as error:
            raise self._broken(rule, error.what) from error

    # ---- children

    def _ask(
        self,
        provided: Provided,
        op: str,
        body: Mapping[str, Any],
        arrays: Mapping[str, Any] | None = None,
        *,
        most_bytes: int = 0,
    ) -> tuple[wire.Envelope, dict[str, bytes]]:
        child = self._child(provided)
        try:
            answer, blobs = child.ask(op, body, arrays, most_bytes=most_bytes)
        except ChildGoneError as gone:
            raise self._lost(provided, str(gone)) from gone
        if answer.op == "broken":
            raise self._broken(provided, one_line(str(answer.body.get("error", ""))))
        if answer.op == "failed":
            raise PluginFailureError(provided.failure(one_line(str(answer.body.get("error", "")))))
        if answer.op != "done" and not (answer.op == "refused" and op == "ready"):
            raise self._broken(provided, "the answer is not in the agreed form")
        return answer, blobs

    def _child(self, provided: Provided) -> Child:
        name = provided.plugin
        child = self._children.get(name)
        if child is not None and child.alive:
            return child
        if self._starts.get(name, 0) >= STARTS:
            raise PluginFailureError(provided.failure(f"{self._last[name]}; it is not asked again in this run"))
        self._starts[name] = self._starts.get(name, 0) + 1
        try:
            child = Child(self.limits)
            self._children[name] = child
            answer, _ = child.ask("load", {"source": msgspec.to_builtins(provided.source)})
        except ChildGoneError as gone:
            raise self._lost(provided, str(gone)) from gone
        things = answer.body.get("things", [])
        if not any(isinstance(thing, dict) and thing.get("kind") == provided.kind for thing in things):
            child.close()
            raise self._lost(provided, f"did not load in its child process{_why(answer.body)}")
        return child

    def _lost(self, provided: Provided, error: str) -> PluginFailureError:
        self._last[provided.plugin] = error
        return PluginFailureError(provided.failure(error))

    def _broken(self, provided: Provided, error: str) -> BrokenContractError:
        return BrokenContractError(provided.failure(error))


def _why(described: Mapping[str, Any]) -> str:
    """Give the first reason that a child names for not having loaded a plugin; it had been handed nothing then."""
    failures = described.get("failures") or [described]
    first = failures[0] if isinstance(failures, list) else None
    error = first.get("error") if isinstance(first, dict) else None
    return f": {one_line(error)}" if isinstance(error, str) else ""
