"""Takes courses and findings apart for the way to a child process and back, and puts them together again."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from fit_toolkit.course import Course, Findings, Rating
from fit_toolkit.course.scale import ScaleView
from fit_toolkit.engine import contract, wire
from fit_toolkit.errors import ContractError

Arrays: TypeAlias = dict[str, NDArray[Any]]
MASKS = ("fires", "known", "until", "renew")
LEVELS = ("back_to", "since", "again")
EVIDENCE = "evidence."


def course_out(course: Course) -> tuple[list[dict[str, Any]], Arrays]:
    """Describe a course and its partners, and give their columns under `<place>.<name>`; place 0 is the course."""
    described: list[dict[str, Any]] = []
    arrays: Arrays = {}
    for place, (rating, each) in enumerate([(None, course), *course.partners.items()]):
        described.append({
            "scale": msgspec.to_builtins(each.scale),
            "max_gap_days": each.max_gap_days,
            "rating": None if rating is None else msgspec.to_builtins(rating),
        })  # fmt: skip
        arrays |= {f"{place}.{name}": column for name, column in each.columns().items()}
    return described, arrays


def course_in(described: list[dict[str, Any]], columns: Arrays, today: int) -> Course:
    """Rebuild what `course_out` took apart."""

    def build(place: int, partners: dict[Rating, Course] | None = None) -> Course:
        each = described[place]
        own = {name.partition(".")[2]: column for name, column in columns.items() if name.startswith(f"{place}.")}
        scale, gap = msgspec.convert(each["scale"], ScaleView), each["max_gap_days"]
        return Course.from_columns(own, scale=scale, today=today, max_gap_days=gap, partners=partners)

    ratings = (msgspec.convert(each["rating"], Rating) for each in described[1:])
    return build(0, {rating: build(place) for place, rating in enumerate(ratings, start=1)})


def findings_out(findings: Findings) -> tuple[dict[str, Any], Arrays]:
    """Take findings apart."""
    arrays = {name: getattr(findings, name) for name in (*MASKS, *LEVELS) if getattr(findings, name) is not None}
    arrays |= {f"{EVIDENCE}{name}": column for name, column in findings.evidence.items()}
    return {"about_members": findings.about_members, "reason": findings.reason}, arrays


def findings_in(body: dict[str, Any], blobs: dict[str, bytes], course: Course) -> Findings:
    """Rebuild findings from an answer that is not trusted: every length and type is checked again here."""
    about_members, reason = body.get("about_members"), body.get("reason")
    if not isinstance(about_members, bool) or not isinstance(reason, str):
        raise ContractError("the answer is not in the agreed form")
    length = len(course.members) if about_members else len(course)
    columns: dict[str, NDArray[Any]] = {}
    evidence: dict[str, NDArray[np.float64]] = {}
    for name, blob in blobs.items():
        if name in MASKS:
            columns[name] = wire.array(blob, dtype="?", length=length)
        elif name in LEVELS:
            columns[name] = wire.array(blob, dtype="<f8", length=length)
        elif name.startswith(EVIDENCE):
            evidence[name.removeprefix(EVIDENCE)] = wire.array(blob, dtype="<f8", length=length)
        else:
            raise ContractError("the answer has a column that nobody asked for")
    if "fires" not in columns or "known" not in columns:
        raise ContractError("the answer lacks 'fires' or 'known'")
    findings = Findings(
        course=None if about_members else course,
        members=course.members if about_members else None,
        reason=reason,
        evidence=evidence,
        fires=columns["fires"],
        said_known=columns["known"],
        until=columns.get("until"),
        renew=columns.get("renew"),
        back_to=columns.get("back_to"),
        since=columns.get("since"),
        again=columns.get("again"),
    )
    return contract.checked(findings, course, course)


def most_bytes(course: Course) -> int:
    """How long an answer about a course can be at most."""
    rows = max(len(course), len(course.members))
    columns = contract.MOST_EVIDENCE + len(MASKS) + len(LEVELS)
    return columns * (rows * 8 + 4096)
