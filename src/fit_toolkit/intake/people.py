"""Which member of which episode a form is about, and which therapist it belongs to; looked up in bulk."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd
from pandas import DataFrame, Series

from fit_toolkit.intake.context import Findings
from fit_toolkit.intake.records import Ask
from fit_toolkit.model.people import CODE_RULE, Candidate, is_code
from fit_toolkit.store import people, tombstones

if TYPE_CHECKING:
    from sqlalchemy import Connection

PAIR = 1 << 31  # more than there are members of staff: an episode and one of them as one number
FOREVER = date.max.toordinal()
BETWEEN = "/"  # the client and the code of an episode to be opened, as one text; no code has it, and numpy drops a NUL
ERASED = "a client with this code was erased; take the rows out (somebody who has come back gets a new code)"
SPOILT = (
    "a spreadsheet took this code for a day or a number; write codes as text (a client of this code: fit clients add)"
)
_SPOILT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]+\.0")  # 1-2 becomes a day, 7 beside an empty cell 7.0
CAPITALS = "there is such a code with other capitals"


def resolve(c: Connection, forms: DataFrame, ask: Ask, found: Findings, alliance: set[str]) -> DataFrame:
    """Add member, episode and therapist of every form: `member_id`, `episode_id`, `new` (an episode to open), `staff_id`.

    What cannot be resolved is reported and left at 0; `alliance` names the instruments that belong to a pair.
    """
    forms = forms.copy()
    known = people.candidates(c, [client for client in forms["client"].unique() if client])
    forms["fresh"] = _clients(c, forms, known, ask, found)
    _episodes(forms, known, ask, found)
    _therapists(c, forms, found, alliance)
    return forms


def _clients(
    c: Connection, forms: DataFrame, known: dict[str, list[Candidate]], ask: Ask, found: Findings
) -> Series[bool]:
    """Say which forms are about a client who is to be added, and report those about nobody."""
    missing = forms["client"] == ""
    found.add(forms[missing], "client", "the client is missing")
    strange = ~forms["client"].isin(list(known)) & ~missing
    if not strange.any():
        return strange
    codes = set(forms.loc[strange, "client"])
    there = {client.code.casefold() for client in people.list_clients(c)}
    folded = pd.Series(sorted(codes)).map(str.casefold)
    twice = set(folded[folded.duplicated()])
    problems = {}
    erased = tombstones.erased_among(c, codes)
    for code in codes:
        if code in erased:
            problems[code] = ERASED
        elif code.casefold() in there:
            problems[code] = f"no client has this code; {CAPITALS}"
        elif not ask.open_episodes:
            problems[code] = "no client has this code (fit clients add; in an import also --open-episodes)"
        elif not is_code(code):
            problems[code] = CODE_RULE
        elif _SPOILT.fullmatch(code):
            problems[code] = SPOILT
        elif code.casefold() in twice:
            problems[code] = f"a new client, but in this file {CAPITALS}"
    wrong = strange & forms["client"].isin(list(problems))
    found.add(forms[wrong], "client", forms.loc[wrong, "client"].map(problems))
    return strange & ~wrong


def _episodes(forms: DataFrame, known: dict[str, list[Candidate]], ask: Ask, found: Findings) -> None:
    forms["member_id"], forms["episode_id"], forms["new"] = 0, 0, ""
    sound = forms["session_on"].notna() & (forms["client"].isin(list(known)) | forms["fresh"])
    day = forms.loc[sound, "session_on"].map(date.toordinal)
    asked = forms.loc[sound, ["client", "episode"]].assign(form=day.index, day=day)
    met = asked.merge(_table(known), on="client", suffixes=("", "_code"))
    met = met[(met["since"] <= met["day"]) & (met["day"] <= met["until"])]
    met = met[(met["episode"] == "") | (met["episode"] == met["episode_code"])]
    counts = met["form"].value_counts()
    single = met[met["form"].isin(counts[counts == 1].index)].set_index("form")
    forms.loc[single.index, "member_id"] = single["member_id"]
    forms.loc[single.index, "episode_id"] = single["episode_id"]
    several = met[met["form"].isin(counts[counts > 1].index)]
    if len(several):
        text = "several episodes are open on this day (fit episodes list); name one: --episode, or a column 'episode' in a file"
        role = "episode" if "episode" in found.laid.layout.roles else "client"
        found.add(forms.loc[several["form"].drop_duplicates()], role, text)
    _unmet(forms, forms.loc[asked["form"][~asked["form"].isin(counts.index)]], known, ask, found)


def _table(known: dict[str, list[Candidate]]) -> DataFrame:
    rows = [
        (each.client, each.episode, each.episode_id, each.member_id, each.since.toordinal(),
         each.until.toordinal() if each.until else FOREVER)
        for listed in known.values()
        for each in listed
    ]  # fmt: skip
    return DataFrame(rows, columns=["client", "episode_code", "episode_id", "member_id", "since", "until"])


def _unmet(forms: DataFrame, unmet: DataFrame, known: dict[str, list[Candidate]], ask: Ask, found: Findings) -> None:
    """Open an episode for forms that met none, where that was asked for and is possible; report the others."""
    if not len(unmet):
        return
    opened: dict[str, str] = {}
    problems: dict[str, str] = {}
    if ask.open_episodes:
        asked = unmet.groupby("client")
        several = set(unmet.loc[asked["episode"].transform("nunique") > 1, "client"])
        begun = asked[["episode", "session_on"]].min()
        for client, code, first in zip(begun.index, begun["episode"], begun["session_on"], strict=True):
            later = any(each.until is None or each.until >= first for each in known.get(str(client), ()))
            if client in several:
                problems[str(client)] = "several episodes of one client would have to be opened; open them first"
            elif code and not is_code(code):
                problems[str(client)] = CODE_RULE
            elif not later:
                opened[str(client)] = code
    take = unmet["client"].isin(list(opened))
    forms.loc[unmet.index[take], "new"] = unmet.loc[take, "client"] + BETWEEN + unmet.loc[take, "client"].map(opened)
    rest = unmet[~take]
    why = [
        problems.get(client) or _why(known.get(client, []), day, episode)
        for client, day, episode in zip(rest["client"], rest["session_on"], rest["episode"], strict=True)
    ]
    role = "episode" if "episode" in found.laid.layout.roles and (rest["episode"] != "").any() else "date"
    found.add(rest, role, Series(why, index=rest.index, dtype=object))


def _why(listed: list[Candidate], day: date, episode: str) -> str:
    mine = [each for each in listed if not episode or each.episode == episode]
    if not mine:
        what = "no episode of this code" if episode else "no episode"
        return f"the client has {what} (fit episodes open; in an import also --open-episodes)"
    first = min(mine, key=lambda each: each.since)
    if day < first.since:
        return f"this day is before the episode was opened, on {first.since}"
    ended = [each for each in mine if each.until is not None and each.until < day]
    last = max(ended, key=lambda each: each.until or each.since)
    return f"this day is after the episode ended, on {last.until}"


def _therapists(c: Connection, forms: DataFrame, found: Findings, alliance: set[str]) -> None:
    staff = {each.code: each for each in people.list_staff(c)}
    given = forms["therapist"] != ""
    unknown = given & ~forms["therapist"].isin(list(staff))
    found.add(forms[unknown], "therapist", "no therapist has this code (fit staff add)")
    forms["staff_id"] = forms["therapist"].map({code: each.id for code, each in staff.items()}).fillna(0).astype(int)
    there = forms[(forms["episode_id"] > 0)]
    assigned = _assigned(c, there)
    stranger = there.index[(there["staff_id"] > 0) & ~_pairs(there).isin(assigned["pairs"])]
    found.add(forms.loc[stranger], "therapist", "this therapist is not assigned to the episode (fit episodes transfer)")
    usual = assigned["usual"].reindex(there.index).fillna(0).astype(int)
    forms.loc[there.index, "staff_id"] = there["staff_id"].where(there["staff_id"] > 0, usual)
    _new_therapists(forms, found, [each.id for each in staff.values() if each.role == "therapist"])
    needed = forms["instrument"].isin(list(alliance)) | (forms["rater"] == "therapist")
    resolved = (forms["episode_id"] > 0) | (forms["new"] != "")
    lacking = needed & resolved & (forms["staff_id"] == 0) & ~unknown
    found.add(forms[lacking], "therapist", "no therapist is assigned on this day, and this form belongs to one")
    forms["rater_staff_id"] = forms["staff_id"].where(forms["rater"] == "therapist", 0)
    forms["paired"] = forms["instrument"].isin(list(alliance))


def _pairs(forms: DataFrame) -> Series[Any]:
    return forms["episode_id"].astype("int64") * PAIR + forms["staff_id"]


def _assigned(c: Connection, there: DataFrame) -> dict[str, Any]:
    """Give who may be named for an episode, and whose it was on the day of each form."""
    entries = people.assignments_of(c, [int(id) for id in there["episode_id"].unique()])
    pairs = {each.episode_id * PAIR + each.staff_id for each in entries if each.role != "supervisor"}
    rows = [
        (each.episode_id, each.staff_id, each.starts_on.toordinal()) for each in entries if each.role == "therapist"
    ]
    table = DataFrame(rows, columns=["episode_id", "usual", "starts"])
    asked = there[["episode_id"]].assign(form=there.index, day=there["session_on"].map(date.toordinal))
    met = asked.merge(table, on="episode_id")
    met = met[met["starts"] <= met["day"]].sort_values("starts", kind="stable")
    return {"pairs": list(pairs), "usual": met.drop_duplicates("form", keep="last").set_index("form")["usual"]}


def _new_therapists(forms: DataFrame, found: Findings, therapists: list[int]) -> None:
    """Give each episode to be opened one therapist: the one its forms name, or the practice's only one."""
    fresh = forms[forms["new"] != ""]
    named = fresh[fresh["staff_id"] > 0].groupby("new")["staff_id"].agg(["first", "nunique"])
    several = fresh[fresh["new"].isin(named.index[named["nunique"] > 1])]
    found.add(several, "therapist", "a new episode has one therapist to begin with; open it first, then transfer")
    only = therapists[0] if len(therapists) == 1 else 0
    forms.loc[fresh.index, "staff_id"] = fresh["new"].map(named["first"]).fillna(only).astype(int)
