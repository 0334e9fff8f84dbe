"""What the plugins of the corpus say about fixed data: computed here, pinned in `corpus/<version>/answers.json`."""

from __future__ import annotations

import json
import math
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from pandas import DataFrame

from fit_toolkit.course import Course, Findings, Limit, Members, Norms, Rating, ScaleView, ticks
from fit_toolkit.engine import Registry, Workers, build_registry, instantiate
from fit_toolkit.engine.policies import build_part
from fit_toolkit.engine.records import Defaults
from fit_toolkit.model.parts import Message

CORPUS = Path(__file__).parent / "corpus"
COUNTS = (0, 1, 2, 5, 9, 0, 14)
ITEMS = ("q1", "q2", "q3")
SCALE = ScaleView(
    instrument="example",
    scale="total",
    trigger=8.0,
    limits=(
        Limit(name="clinical", value=4.0, age_from=18.0),
        Limit(name="clinical", value=5.0, sex="female", age_to=17.0),
        Limit(name="clinical", value=4.5, sex="male", age_to=17.0),
    ),
)
POLICIES: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    "every-operator": (
        ("as it is", {}),
        ("median", {"than": "median", "window": 2, "points": 1.0}),
        ("best", {"than": "best"}),
    ),
    "therapist-sees-more": (("as it is", {}), ("a point", {"points": 1.0, "other": {"rater": "therapist"}})),
    "below-norm": (("one", {"norms": Norms(name="n", mean=6.0, sd_between=1.0, sd_within=1.5), "sds": 1.0}),),
    "published-line": (("as it is", {}),),
    "flagged-twice": (("as it is", {}), ("from 5 on", {"trigger": 5.0})),
    "never-rated": (("as it is", {}), ("ten days", {"days": 10})),
}
RULES: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    "highest": (("as it is", {}),),
    "count-above": (("as it is", {}), ("share", {"line": 3.0, "whole": True})),
}
LINES = "k01 2026-01-05 q1=3 q2=4\n\nk02 2026-01-06 q2=1 q3=x\n"


def course(ratings: tuple[Rating, ...], *, higher_is_better: bool = True) -> Course:
    """Seven clients with 0 to 14 ratings, the same on every machine and with every version of NumPy."""
    n, m = sum(COUNTS), len(COUNTS)
    at = np.arange(n)
    number = np.concatenate([np.arange(count) for count in COUNTS])
    scale = SCALE if higher_is_better else ScaleView(instrument="example", scale="total", higher_is_better=False)
    unknown = np.nan
    members = Members.plain(
        m,
        today=20_400,
        started=20_000.0 + 5 * np.arange(m),
        ended=np.array([unknown, 20_300.0, unknown, unknown, unknown, 20_100.0, unknown]),
        last_rated=np.array([unknown, 20_010.0, 20_390.0, 20_385.0, 20_380.0, unknown, 20_370.0]),
        due=np.array([20_020.0, unknown, 20_397.0, 20_395.0, unknown, unknown, 20_410.0]),
        age=np.array([30.0, 16.0, 17.0, unknown, 45.0, 12.0, 60.0]),
        sex=np.array(["female", "female", "male", "", "male", "female", "female"]),
    )
    made = Course(
        tick=ticks(((at * 37 + 11) % 101) / 10),
        day=(20_010 + 7 * number + np.where(number > 4, 60, 0) + 3 * (at % 2)).astype(np.int64),
        session=(number + 1).astype(np.int64),
        root=(at + 100).astype(np.int64),
        prorated=at % 7 == 3,
        mark=at % 11 == 5,
        offsets=np.concatenate(([0], np.cumsum(COUNTS))).astype(np.int64),
        member=np.arange(m, dtype=np.int64),
        members=members,
        scale=scale,
    )
    theirs = replace(made, tick=ticks(((at * 29 + 7) % 101) / 10))
    return replace(made, partners=dict.fromkeys(ratings, theirs))


def answers(version: str) -> dict[str, Any]:
    """Everything that the plugins of a version say."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "plugins").mkdir(mode=0o700)
        for file in sorted((CORPUS / version).glob("*.py")):
            text = file.read_text(encoding="utf-8")
            copied = root / "plugins" / file.name
            copied.write_text(
                text.replace("Path(__file__).parent", f"Path({str(CORPUS / version)!r})"), encoding="utf-8"
            )
            copied.chmod(0o600)
        registry = build_registry(Defaults(), root)
        mine = {info.name: info for info in registry.plugins if info.source == "drop-in"}
        with Workers(registry) as workers:
            return {
                "plugins": {
                    name: [info.state, info.api, sorted(info.hooks), sorted(info.kinds)]
                    for name, info in sorted(mine.items())
                },
                "failures": [str(failure) for failure in registry.failures if failure.plugin in mine],
                "policies": {kind: _policy(registry, workers, kind) for kind in POLICIES},
                "rules": {kind: _rule(registry, workers, kind) for kind in RULES},
                "reader": _reader(registry, root),
                "channel": _channel(registry, root),
                "instrument": _instrument(registry),
            }


def _policy(registry: Registry, workers: Workers, kind: str) -> dict[str, Any]:
    said = {}
    for name, parameters in POLICIES[kind]:
        ready = instantiate(registry.policies[kind], parameters, workers=workers)
        for higher in (True, False) if kind in {"every-operator", "below-norm"} else (True,):
            found = workers.find(ready, course(ready.ratings, higher_is_better=higher))
            said[f"{name}, {'higher' if higher else 'lower'} is better"] = _findings(found)
    facts = {
        name: getattr(ready, name) for name in ("basis", "severity", "after", "clock", "item", "chance", "min_ratings")
    }
    return {"facts": facts, "findings": said}


def _findings(found: Findings) -> dict[str, Any]:
    names = ("fires", "known", "back_to", "until", "renew", "since", "again")
    columns = {name: getattr(found, name) for name in names} | {f"evidence {k}": v for k, v in found.evidence.items()}
    return {"reason": found.reason} | {name: _plain(column) for name, column in columns.items()}


def _plain(column: Any) -> Any:
    if column is None:
        return None
    return [None if isinstance(value, float) and math.isnan(value) else value for value in column.tolist()]


def _rule(registry: Registry, workers: Workers, kind: str) -> dict[str, Any]:
    from fit_toolkit.model.instrument import Scale

    frame = DataFrame([[0, 1, 2], [4, 4, 4], [3, np.nan, 1], [np.nan] * 3, [2, 2, 0]], columns=list(ITEMS), dtype=float)
    said = {}
    for name, parameters in RULES[kind]:
        scale = Scale(id="total", range=(0, 4), items=ITEMS, method="plugin", rule=kind, parameters=parameters)
        said[name] = _plain(workers.compute(registry.rules[kind], parameters, frame, scale).to_numpy(float))
    return said


def _reader(registry: Registry, root: Path) -> dict[str, Any]:
    reader = build_part(registry.readers["lines"], {})
    path = root / "forms.lines"
    path.write_text(LINES, encoding="utf-8")
    table = reader.rows(path)
    sniffed = [reader.sniff(head, suffix) for head, suffix in ((b"", ".lines"), (b"a=1\n", ""), (b"a,b\n", ".csv"))]
    return {
        "columns": list(table.columns), "rows": [list(row) for row in table.rows], "lines": list(table.lines),
        "notes": list(table.notes), "sniff": sniffed,
    }  # fmt: skip


def _channel(registry: Registry, root: Path) -> dict[str, str]:
    channel = build_part(registry.channels["spool"], {"folder": str(root / "spool"), "prefix": "FIT: "})
    channel.deliver(Message(key="fit.1", recipient="anna", subject="2 new alerts", body="Look.\n", severity="safety"))
    return {file.name: file.read_text(encoding="utf-8") for file in sorted((root / "spool").iterdir())}


def _instrument(registry: Registry) -> dict[str, Any]:
    from fit_toolkit.catalog import build
    from fit_toolkit.scoring import run_tests, score

    instrument = build(list(registry.instrument_paths)).get("corpus-three")
    frame = DataFrame([[4, 2, 1], [4, np.nan, 0], [np.nan, np.nan, 0]], columns=list(ITEMS), dtype=float)
    scores = score(instrument, frame)
    return {
        "failures": [str(failure) for failure in run_tests(instrument)],
        "value": _plain(scores["value"].to_numpy(float)),
        "status": [str(status) for status in scores["status"]],
    }


def text_of(found: dict[str, Any]) -> str:
    """The answers as they are pinned: one line for each thing."""
    lines = [f'"{name}": {json.dumps(part, sort_keys=True)}' for name, part in sorted(found.items())]
    return "{\n" + ",\n".join(lines) + "\n}\n"
