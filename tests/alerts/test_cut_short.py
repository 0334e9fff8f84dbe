"""A run that ends before its work is done: nothing half done, nothing forgotten, nobody told twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fit_toolkit.alerts import run as running
from fit_toolkit.alerts import stopping as ends
from fit_toolkit.alerts.changes import write
from fit_toolkit.alerts.run import RunResult, run_alerts
from fit_toolkit.alerts.stopping import Stopping
from fit_toolkit.store import runs
from tests.alerts.outgoing import LOW, clinic_with, messages, use
from tests.clinic import Clinic

CLIENTS = ("c1", "c2", "c3", "c4", "c5")


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clinic:
    """Five clients with a low rating, looked at two at a time."""
    monkeypatch.setattr(running, "EPISODES_A_SLICE", 2)
    clinic = clinic_with(tmp_path, policies=LOW, day=30)
    for client in CLIENTS:
        clinic.open(client, therapist="carl")
        clinic.rate(client, 0, 3)
    return clinic


def no_time() -> Stopping:
    ticks: Iterator[float] = iter(range(1000))
    return Stopping(1, clock=lambda: next(ticks))


def go(clinic: Clinic, stopping: Stopping | None = None, **how: Any) -> RunResult:
    return run_alerts(clinic.practice, stopping=stopping, **how)


def record(clinic: Clinic) -> dict[str, Any]:
    with clinic.practice.store.read() as c:
        found = runs.newest_run(c, runs.RUN)
    assert found is not None
    return found


def waiting(clinic: Clinic) -> list[int]:
    with clinic.practice.store.read() as c:
        return runs.pending(c, as_of=clinic.practice.today()).episodes


def test_when_the_time_is_up_the_slice_that_was_begun_is_kept_and_the_rest_is_left(clinic: Clinic) -> None:
    result = go(clinic, no_time())
    assert (result.episodes, result.left, result.exit_code) == (2, 3, 4)
    assert len(clinic.alerts()) == 2
    assert len(waiting(clinic)) == 3
    assert (record(clinic)["exit_code"], record(clinic)["counts"]["left"]) == (4, 3)


def test_what_came_in_last_is_looked_at_first(clinic: Clinic) -> None:
    go(clinic, no_time())
    assert {alert["client"] for alert in clinic.alerts()} == {"c4", "c5"}


def test_the_next_runs_go_on_and_come_to_the_end_of_an_undisturbed_one(clinic: Clinic, tmp_path: Path) -> None:
    while go(clinic, no_time()).left:
        pass
    assert {alert["client"] for alert in clinic.alerts(None)} == set(CLIENTS)
    assert waiting(clinic) == []
    assert go(clinic).changes == []


def test_messages_tell_of_what_was_found_and_of_nothing_twice(clinic: Clinic) -> None:
    while go(clinic, no_time()).left:
        pass
    told = [pair[0] for row in messages(clinic) for pair in row["payload"]["alerts"]]
    assert sorted(told) == sorted(alert["id"] for alert in clinic.alerts())


def test_a_changed_policy_is_asked_about_everybody_also_when_the_run_is_cut_short(clinic: Clinic) -> None:
    go(clinic)
    file = clinic.root / "fit.toml"
    file.write_text(file.read_text().replace("line = 5.0", "line = 2.0"))
    use(clinic)
    lefts = []
    for _ in range(9):
        lefts.append(go(clinic, no_time()).left)
        if not lefts[-1]:
            break
    assert lefts == [3, 1, 0]
    assert clinic.alerts() == []


def test_whoever_asks_a_run_to_stop_waits_for_the_slice_that_is_being_written_only(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopping = Stopping()

    def asked_meanwhile(*what: Any) -> Any:
        stopping.signal = 15
        return write(*what)

    monkeypatch.setattr(running, "write", asked_meanwhile)
    result = go(clinic, stopping)
    assert (result.episodes, result.left, result.exit_code) == (2, 3, 143)
    assert len(clinic.alerts()) == 2
    assert (record(clinic)["exit_code"], record(clinic)["finished_at"] is not None) == (143, True)
    monkeypatch.undo()
    go(clinic)
    assert {alert["client"] for alert in clinic.alerts()} == set(CLIENTS)


def test_a_policy_is_not_asked_any_more_once_somebody_asked_to_stop(clinic: Clinic) -> None:
    stopping = Stopping()
    stopping.signal = 2
    result = go(clinic, stopping)
    assert (result.episodes, result.left, result.exit_code) == (0, 5, 130)
    assert clinic.alerts(None) == []


def test_a_policy_whose_process_the_signal_has_ended_too_has_not_failed(clinic: Clinic) -> None:
    from fit_toolkit.engine import PluginFailure, PluginFailureError

    stopping = Stopping()

    def ended(*what: Any) -> Any:
        stopping.signal = 15
        raise PluginFailureError(PluginFailure("p", "1", "low", "find", "the process ended"))

    with pytest.raises(ends.StopError):
        stopping.watched(ended)(*[None, None])  # type: ignore[arg-type]
    stopping.signal = 0


def test_a_run_that_was_stopped_is_not_the_last_one_that_did_its_work(clinic: Clinic) -> None:
    stopping = Stopping()
    stopping.signal = 15
    go(clinic, stopping)
    with clinic.practice.store.read() as c:
        assert runs.last_run(c, runs.RUN) is None


def test_a_run_over_a_form_that_was_just_keyed_is_not_the_run_of_the_morning(clinic: Clinic) -> None:
    go(clinic, episodes=[1])
    with clinic.practice.store.read() as c:
        assert runs.last_run(c, runs.RUN) is None
        assert runs.last_run(c, runs.RUNS) is not None
    assert waiting(clinic) == [2, 3, 4, 5]
