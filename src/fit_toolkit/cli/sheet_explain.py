"""`fit sheet --explain`: where every number of a sheet comes from, as tables or JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import msgspec

from fit_toolkit.cli.output import as_json, as_table, visible

if TYPE_CHECKING:
    from fit_toolkit.sheets.explain_data import Explanation, Traced

HASH = 12  # letters of a hash in the tables; the whole of it is in the JSON
HASHES = {"hash", "definition", "policy_hash"}
TITLES = {
    "forms": "Forms and their scores",
    "policies": "Policies",
    "packs": "Norm sets and curve packs",
    "alerts": "Alerts (fit alerts show ID tells the whole story)",
}


def as_text(found: Explanation) -> Iterator[str]:
    """The explanation in tables, one after the other."""
    session = f", session {found.session_number} of {found.session}" if found.session else ""
    yield visible(f"Sheet {found.number} of {found.client}, as of {found.as_of}{session}; fit-toolkit {found.version}")
    yield visible(f"Days on it: {'; '.join(found.dates)}")
    yield "\nNumbers, by block of the page"
    for place, lines in groupby(found.numbers, key=lambda traced: traced.place):
        yield f"\n{place}"
        yield from (visible(f"  {_said(traced)}") for traced in lines)
    for name, title in TITLES.items():
        rows = [_short(msgspec.structs.asdict(row)) for row in getattr(found, name)]
        if rows:
            yield f"\n{title}\n"
            yield as_table(rows, _columns(rows)).rstrip("\n")


def as_data(found: Explanation) -> str:
    """The explanation as one JSON object, with a name for its form."""
    plain: Mapping[str, Any] = msgspec.to_builtins(found)
    return as_json("explanation", [plain], list(plain))


def _said(traced: Traced) -> str:
    """One number, then what it rests on."""
    forms = f"form{'s' if len(traced.forms) > 1 else ''} {_spans(traced.forms)}" if traced.forms else ""
    policy = f"policy {traced.policy}" if traced.policy else ""
    alert = f"alert {traced.alert}" if traced.alert is not None else ""
    rests = "; ".join(part for part in (traced.how, forms, policy, alert) if part)
    return f"{traced.what}: {traced.shown}" + (f"   [{rests}]" if rests else "")


def _short(row: dict[str, Any]) -> dict[str, Any]:
    short = {name: str(row[name])[:HASH] for name in HASHES & set(row)}
    return {**row, **short, **({"forms": _spans(row["forms"])} if "forms" in row else {})}


def _spans(forms: Sequence[int]) -> str:
    """Numbers of forms in few letters: 3-7, 9."""
    spans: list[list[int]] = []
    for form in sorted(forms):
        if spans and form == spans[-1][1] + 1:
            spans[-1][1] = form
        else:
            spans.append([form, form])
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in spans)


def _columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The columns in which anything stands."""
    return [name for name in rows[0] if any(row[name] not in {None, "", False} for row in rows)]
