"""What the columns of a REDCap export are: record, events and repeats, forms with their status and timestamp."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

EVENT, INSTRUMENT, INSTANCE = "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"
IDENTIFIER, GROUP = "redcap_survey_identifier", "redcap_data_access_group"
SYSTEM = frozenset({EVENT, INSTRUMENT, INSTANCE, IDENTIFIER, GROUP})
STATUS, STAMP = "_complete", "_timestamp"
STATES = frozenset({"", "0", "1", "2"})
LABELS = frozenset({"Incomplete", "Unverified", "Complete"})
HEADINGS = frozenset((
    "Record ID", "Repeat Instrument", "Repeat Instance", "Event Name", "Survey Identifier", "Survey Timestamp", "Data Access Group",
))  # fmt: skip
OPEN = "[not completed]"
UNFINISHED = "surveys begun and not finished"
INCOMPLETE = "forms whose status is not Complete"
_VARIABLE = re.compile(r"[a-z][a-z0-9_]*")
_EVENT = re.compile(r"[a-z0-9_]+")


def surely(records: Sequence[Sequence[str]]) -> float:
    """Say how sure it is that a file with these first records comes from REDCap, as raw data or as labels."""
    if not records:
        return 0.0
    header, body = records[0], records[1:]
    if SYSTEM & {*header} or labelled_header(header):
        return 0.99
    statuses = [at for at, name in enumerate(header) if name.endswith(STATUS)]
    if not statuses or not all(_VARIABLE.fullmatch(name) for name in header):
        return 0.0
    seen = {row[at] for row in body for at in statuses if at < len(row)}
    return 0.97 if seen <= STATES | LABELS and seen - {""} else 0.0


def labelled_header(header: Sequence[str]) -> str:
    """Say by what a header line is known to hold labels in the place of variable names, or nothing."""
    if "Complete?" in header:
        return "a column is called 'Complete?'"
    if len(HEADINGS & {*header}) > 1:
        return "columns are called " + " and ".join(f"'{name}'" for name in sorted(HEADINGS & {*header}))
    return ""


def labelled_cell(row: Sequence[str], plan: Plan) -> str:
    """Say by what a row is known to hold labels in the place of codes, or nothing."""
    for at in plan.statuses.values():
        if row[at] in LABELS:
            return f"the column '{plan.columns[at]}' holds words, not 0, 1, 2"
    for name, at in plan.named:
        if row[at] and not _EVENT.fullmatch(row[at]):
            return f"the column '{name}' holds words, not unique names"
    return ""


@dataclass(frozen=True)
class Plan:
    """The columns of one file; `blocks` are the answers of each form, where the order of the columns settles them."""

    columns: tuple[str, ...]
    statuses: dict[str, int]
    stamps: dict[str, int]
    named: tuple[tuple[str, int], ...]  # columns that hold unique names: of events, of repeated instruments
    repeat: int | None
    blocks: dict[str, range]
    answers: tuple[int, ...]

    @classmethod
    def of(cls, columns: Sequence[str]) -> Plan:
        """Look at a header line."""
        at = {name: place for place, name in enumerate(columns) if name}
        statuses = {name.removesuffix(STATUS): place for name, place in at.items() if name.endswith(STATUS)}
        stamps = {form: at[form + STAMP] for form in statuses if form + STAMP in at}
        own = {0, *statuses.values(), *stamps.values(), *(at[name] for name in SYSTEM if name in at)}
        return cls(
            columns=tuple(columns),
            statuses=statuses,
            stamps=stamps,
            named=tuple((name, at[name]) for name in (EVENT, INSTRUMENT) if name in at),
            repeat=at.get(INSTRUMENT),
            blocks=dict(_blocks(at, statuses, stamps)),
            answers=tuple(place for place in at.values() if place not in own),
        )

    @property
    def settled(self) -> bool:
        """Whether every form's answers are known."""
        return len(self.statuses) == 1 or self.blocks.keys() >= self.statuses.keys()

    @property
    def meant(self) -> dict[str, str]:
        """What REDCap itself settles: its own columns are passed over; a record with events or repeats is a client."""
        own = [name for name in self.columns if name in SYSTEM - {IDENTIFIER}]
        own += [self.columns[place] for place in (*self.statuses.values(), *self.stamps.values())]
        own += [name for name in self.columns if "___" in name]  # one box of a checkbox
        meant = dict.fromkeys(own, "")
        first = self.columns[0] if self.columns else ""
        lasting = {EVENT, INSTRUMENT, INSTANCE} & {*self.columns}
        if lasting and first and first not in SYSTEM and first not in meant and "client" not in self.columns:
            meant[first] = "client"
        return meant

    @property
    def personal(self) -> tuple[str, ...]:
        """The column that may hold an e-mail address or a name: by what a participant was invited."""
        return tuple(name for name in self.columns if name == IDENTIFIER)

    def clear(self, cells: list[str], *, unfinished: bool, only_complete: bool) -> list[str]:
        """Empty the answers of forms that are not to be taken, and give the reason for each."""
        reasons = []
        for form, status in self.statuses.items():
            begun = not unfinished and form in self.stamps and cells[self.stamps[form]].strip() == OPEN
            other = only_complete and cells[status].strip() != "2"
            if begun or other:
                places = [place for place in self._of(form, cells) if cells[place].strip()]
                for place in places:
                    cells[place] = ""
                if places:
                    reasons.append(UNFINISHED if begun else INCOMPLETE)
        return reasons

    def answered(self, cells: Sequence[str]) -> bool:
        """Say whether anything is left of a row."""
        return any(cells[place].strip() for place in self.answers)

    def _of(self, form: str, cells: Sequence[str]) -> Sequence[int]:
        """Give the places of a form's answers in a row: all of them where the row or the file holds this form only."""
        alone = len(self.statuses) == 1 or (self.repeat is not None and cells[self.repeat].strip() == form)
        return self.answers if alone else [place for place in self.blocks.get(form, ()) if place in self.answers]


def _blocks(at: dict[str, int], statuses: dict[str, int], stamps: dict[str, int]) -> Iterator[tuple[str, range]]:
    """Give the answers of each form where all forms stand in their own order, timestamp first and status last."""
    own = {place for name, place in at.items() if name in SYSTEM} | {0, *statuses.values()}
    ends_so = bool(at) and max(at.values()) in statuses.values()
    if not (ends_so and all(place - 1 in own for place in stamps.values())):
        return
    start = 0
    for form, end in sorted(statuses.items(), key=lambda each: each[1]):
        yield form, range(max(start, stamps.get(form, -1) + 1), end)
        start = end + 1
