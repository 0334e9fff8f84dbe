"""Short ways to read forms in tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fit_toolkit.exchange import Decisions, Form, Settled, choose, forms, settle
from fit_toolkit.exchange.draft import Field

DATA = Path(__file__).parent / "data"
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
HEAD = (
    "Variable / Field Name,Form Name,Section Header,Field Type,Field Label,"
    '"Choices, Calculations, OR Slider Labels",Field Note,Text Validation Type OR Show Slider Number,'
    "Text Validation Min,Text Validation Max,Identifier?,Branching Logic (Show field only if...),Required Field?,"
    "Custom Alignment,Question Number (surveys only),Matrix Group Name,Matrix Ranking?,Field Annotation\n"
)
SAID = Decisions(direction="higher_is_worse", method="sum", reverse=(), missing_codes=())


def one(file: Path, name: str = "") -> Form:
    return choose(forms(file), name)


def field(form: Form, name: str) -> Field:
    return next(each for each in form.fields if each.name == name)


def redcap(folder: Path, *rows: str) -> Path:
    """Write a dictionary of these rows; each may stop early."""
    file = folder / "dictionary.csv"
    file.write_text(HEAD + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return file


def fhir(folder: Path, *items: dict[str, Any], **more: Any) -> Path:
    file = folder / "form.json"
    file.write_text(
        json.dumps({"resourceType": "Questionnaire", "id": "form", "status": "draft", "item": items, **more})
    )
    return file


def option(code: str, value: float | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"valueCoding": {"code": code, "display": code}}
    return found if value is None else {**found, "extension": [{"url": ORDINAL, "valueDecimal": value}]}


def choice(link: str, *options: Any) -> dict[str, Any]:
    return {"linkId": link, "type": "choice", "text": link, "answerOption": list(options)}


def asked(settled: Settled) -> list[str]:
    return [str(each) for each in settled.open]


def settled(file: Path, decided: Decisions = SAID, name: str = "") -> Settled:
    return settle(one(file, name), decided)
