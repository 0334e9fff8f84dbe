"""Writer `bids`: one table for each instrument under `phenotype/`, with a description of every column, as BIDS has it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, ClassVar

from fit_toolkit import DataError, Export, ExportPart, Writer

from .described import WORDS, items_of, scales_of
from .tables import Given, Tables, cells_of, with_context

CONTEXT = ("date", "rater", "occasion", "therapist", "episode")
MISSING = "n/a"
DESCRIPTION = {"Name": "Ratings of sessions", "BIDSVersion": "1.10.0", "DatasetType": "raw", "GeneratedBy": [{"Name": "fit-toolkit"}]}  # fmt: skip
NOT_BIDS = "manifest.json\n"
PEOPLE = {"sex": WORDS["sex"], "born": WORDS["born"]}


class BidsWriter(Writer, frozen=True):
    """The phenotype part of a BIDS dataset: a TSV and a JSON for each instrument, and the participants."""

    kind: ClassVar[str] = "bids"

    def write(self, export: Export, folder: Path) -> dict[str, int]:
        """Write participants and instruments part by part, then the descriptions."""
        ids, given = _columns(export), Given(export)
        known: dict[str, str] = {}
        with Tables(export, folder, delimiter="\t", missing=MISSING) as tables:
            tables.begin("participants.tsv", ("participant_id", *PEOPLE))
            for part in export.parts():
                people = part.members.drop_duplicates("client")
                named = [_participant(code) for code in people["client"]]
                _refuse_doubles(known, named, people["client"].tolist())
                tables.add(
                    "participants.tsv", {"participant_id": named, **{name: people[name].tolist() for name in PEOPLE}}
                )
                _instruments(tables, part, ids, given)
        texts = {"participants.json": {name: {"Description": text} for name, text in PEOPLE.items()}}
        texts |= {f"{_file(id)}.json": _sidecar(export.instruments[id], ids[id]) for id in export.instruments}
        for name, content in (*texts.items(), ("dataset_description.json", DESCRIPTION)):
            place = folder / name
            place.parent.mkdir(exist_ok=True)
            place.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        (folder / ".bidsignore").write_text(NOT_BIDS, encoding="utf-8")
        (folder / "README").write_text(
            "Ratings of sessions, exported by fit-toolkit. See manifest.json.\n", encoding="utf-8"
        )
        return {
            **tables.rows,
            **{name: len(content) for name, content in texts.items()},
            "dataset_description.json": len(DESCRIPTION),
            "README": 1,
            ".bidsignore": 1,
        }


def _instruments(tables: Tables, part: ExportPart, ids: dict[str, list[str]], given: Given) -> None:
    """Write one row a form: items, and scores beside them under names of their own."""
    answers = with_context(part, part.answers)
    cells = cells_of(answers, "item", given.of(answers))
    scores = part.scores.assign(scale=[_score(id) for id in part.scores["scale"]])
    cells |= cells_of(scores, "scale", scores["value"].tolist())
    for instrument, mine in part.administrations.groupby("instrument", sort=True):
        numbers = mine["administration"].tolist()
        run = mine.groupby(["client", "episode", "session"], sort=False).cumcount() + 1
        episode = mine.groupby("client", sort=False)["episode"].transform(lambda codes: codes.factorize()[0] + 1)
        rows: dict[str, list[Any]] = {
            "participant_id": [_participant(code) for code in mine["client"]],
            "session_id": [
                f"ses-{place:02}x{number:03}" for place, number in zip(episode, mine["session"], strict=True)
            ],
            "run_id": [f"run-{number}" for number in run],
        }
        rows |= {name: mine[name].tolist() for name in CONTEXT}
        rows |= {id: [cells.get((number, id), "") for number in numbers] for id in ids[str(instrument)]}
        tables.add(f"{_file(str(instrument))}.tsv", rows)


def _columns(export: Export) -> dict[str, list[str]]:
    """Give the items and scores of each instrument: in its own order, then what older versions had besides."""
    found = {
        id: dict.fromkeys((*items_of(each), *map(_score, scales_of(each)))) for id, each in export.instruments.items()
    }
    for part in export.parts():
        for frame, name in ((part.answers, "item"), (part.scores, "scale")):
            seen = with_context(part, frame)[["instrument", name]].drop_duplicates()
            for instrument, id in zip(seen["instrument"], seen[name], strict=True):
                found[instrument].setdefault(id if name == "item" else _score(id))
    return {instrument: list(ids) for instrument, ids in found.items()}


def _sidecar(instrument: Any, columns: list[str]) -> dict[str, Any]:
    tool: dict[str, Any] = {"Description": f"{instrument['title']}, version {instrument['version']}"}
    if instrument.get("licence", {}).get("url"):
        tool["TermURL"] = instrument["licence"]["url"]
    items, scales = items_of(instrument), {_score(id): text for id, text in scales_of(instrument).items()}
    about: dict[str, Any] = {
        "MeasurementToolMetadata": tool,
        "session_id": {"Description": "Episode of the participant, and the number of the session in it."},
        "run_id": {"Description": "Number of the form within the session."},
    }
    about |= {name: {"Description": WORDS[name]} for name in CONTEXT}
    for column in columns:
        if column in items:
            levels = {"Levels": items[column]["levels"]} if "levels" in items[column] else {}
            about[column] = {"Description": items[column]["text"], **levels}
        else:
            about[column] = {"Description": scales.get(column, "of an older version"), "Derivative": column in scales}
    return about


def _score(scale: str) -> str:
    return f"score_{scale}".replace("-", "_")


def _file(instrument: str) -> str:
    return f"phenotype/{instrument.replace('-', '_')}"


def _participant(code: str) -> str:
    """Name a participant: letters and digits only, so that a code with other signs is written without them."""
    return f"sub-{re.sub('[^A-Za-z0-9]', '', code)}"


def _refuse_doubles(known: dict[str, str], named: list[str], codes: list[str]) -> None:
    for name, code in zip(named, codes, strict=True):
        if known.setdefault(name, code) != code:
            raise DataError("two clients would have the same participant_id: BIDS has letters and digits only",
                            hint="leave out --identified")  # fmt: skip
