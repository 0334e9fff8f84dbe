"""What a sheet has to say beside the charts: flagged answers, alerts, what is missing, what was not checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from msgspec.structs import replace

from fit_toolkit.catalog import Catalog
from fit_toolkit.courses.unstable import unstable_among
from fit_toolkit.courses.words import basis_text, handled_text, reason_text
from fit_toolkit.language import mark, plural, say
from fit_toolkit.model.alerts import GONE, LIVE, RANK, seen_as
from fit_toolkit.model.codes import code_of
from fit_toolkit.model.instrument import Instrument
from fit_toolkit.model.records import Administration
from fit_toolkit.scoring import left_out_of
from fit_toolkit.sheets.chart import number
from fit_toolkit.sheets.data import AlertLine, Mark, Quote, Risk, RiskAnswer
from fit_toolkit.sheets.panels import title
from fit_toolkit.sheets.reading import EPOCH, Reading
from fit_toolkit.sheets.words import NOTHING_RATED, day
from fit_toolkit.store import alerts as stored

DONE_FOR_DAYS = 28  # what was done about the last alert stays on the sheet this long
NOT_SHOWN = mark("not shown: ")  # how the note about a form begins that was given and is not on the sheet
BASIS = {"absence": NOTHING_RATED, "convention": mark("a convention, not a test")}  # in short; the rest in full
STATES = (mark("new"), mark("seen"), mark("done"))  # as seen_as says them
ACTS = (
    mark("talked about it"),
    mark("changed something"),
    mark("took to supervision"),
    mark("referred"),
    mark("known and planned"),
    mark("false alarm"),
    mark("other"),
)  # as model.alerts.ACTIONS has them
ASKED = (mark("keep"), mark("change next time"))  # how the bundled forms call what people write on them
HIDDEN = {"voided", "superseded", "closed"}
ONE_KIND = ("policy", "instrument", "scale", "rater", "occasion")  # what makes an alert another one like it


def risk_of(reading: Reading, catalog: Catalog, contact: str, language: str) -> Risk:
    """Every positive answer to a flagged item, newest first; how often the question was answered at all."""
    found: dict[tuple[str, str, str], list[date]] = {}
    asked: list[date] = []
    for given in reversed(reading.given):
        if given.instrument not in catalog:  # its definition is gone or broken; the answers are not
            for answer in given.risks:
                found.setdefault((given.instrument, answer.item, number(answer.value)), []).append(given.session_on)
            continue
        form = catalog.get(given.instrument)
        if any(given.numbers.get(flag.item) is not None for flag in form.risk):
            asked.append(given.session_on)
        for answer in given.risks:
            words = _answered(form, given, answer.item, answer.value, catalog, language)
            found.setdefault((form.id, answer.item, words), []).append(given.session_on)
    answers = tuple(
        RiskAnswer(
            item=_question(catalog, form, item, language), answer=words, dates=tuple(dates),
            days_ago=(reading.as_of - dates[0]).days, state=_risk_state(reading, form, item, language),
            code=next((code for row in reversed(_risk_rows(reading, form, item)) if (code := _code(row))), ""),
        )
        for (form, item, words), dates in sorted(found.items(), key=lambda entry: entry[1][0], reverse=True)
    )  # fmt: skip
    return Risk(answers=answers, asked=len(asked), last_asked=asked[0] if asked else None, contact=contact)


def _question(catalog: Catalog, form: str, item: str, language: str) -> str:
    wording = catalog.usable_wording(form, language)
    if wording is not None and item in wording.items:
        return wording.items[item].text
    if form not in catalog:
        return f"{form}, {item}:"
    instrument = catalog.get(form)
    flag = next((flag for flag in instrument.risk if flag.item == item), None)
    meaning = flag.meaning if flag is not None else instrument.item(item).label
    return f"{instrument.short}, {item} ({meaning}):"


def _answered(form: Instrument, given: Administration, item: str, value: float, catalog: Catalog, language: str) -> str:
    """The answer in the words of the form, where it has some; what was typed decides between equal values."""
    if item not in form.item_ids:
        return number(value)
    raw = given.raw.get(item, "").strip().lower()
    options = form.item(item).options
    option = next((o for o in options if o.code and o.code.lower() == raw), None)
    option = option or next((o for o in options if o.value == value), None)
    if option is None:
        return number(value)
    wording = catalog.usable_wording(form.id, language)
    words = wording.items[item].options if wording is not None and item in wording.items else {}
    return words.get(option.code) or option.label or option.code or number(value)


def _done(row: Mapping[str, Any], language: str, as_of: date) -> str:
    """What a person did about an alert; where it is open again, what they did before."""
    done = say(handled_text(row, lambda until: day(until, language, seen_from=as_of)))
    return say("before, %(done)s", done=done) if done and row["state"] == "open" else done


def _risk_state(reading: Reading, form: str, item: str, language: str) -> str:
    """How far people are with the newest alert about what was answered to this item."""
    rows = _risk_rows(reading, form, item)
    if not rows:
        return ""
    done = _done(rows[-1], language, reading.as_of)
    if rows[-1]["state"] == "open" and not done:
        done = say("nobody has noted yet what was done")
    return ": ".join(part for part in (say(seen_as(rows[-1]["state"])), done) if part)


def _risk_rows(reading: Reading, form: str, item: str) -> list[Mapping[str, Any]]:
    return [
        row for row in reading.alerts
        if (row["instrument"], row["scale"], row["basis"]) == (form, item, "answer") and row["state"] not in HIDDEN
    ]  # fmt: skip


def _code(row: Mapping[str, Any]) -> str:
    """The code to tick an alert off by, as long as there is something to tick off."""
    return code_of(row["id"]) if row["state"] in LIVE else ""


def alerts_of(reading: Reading, catalog: Catalog, language: str) -> tuple[AlertLine, ...]:
    """Alerts that stand, the most serious first and good news last, then what a person lately did about one."""
    rows = [row for row in reading.alerts if row["state"] not in HIDDEN and not _stands_above(row, catalog)]
    live = [row for row in rows if row["state"] in LIVE]
    live.sort(
        key=lambda row: (
            _good(row),
            RANK[row["severity"]],
            row["state"] != "open",
            -row["session_on"].toordinal(),
            row["id"],
        )
    )
    since = reading.as_of - timedelta(days=DONE_FOR_DAYS)
    last = {row["id"]: _last(row, reading.alerts) for row in live}
    told = {row["id"] for row in last.values() if row is not None}
    done = [
        r for r in rows
        if r not in live and r["id"] not in told and r["action"] and r["changed_at"].date() >= since
    ]  # fmt: skip
    flapping = unstable_among(stored.as_alert(row) for row in reading.alerts)
    return tuple(
        replace(
            _alert(row, catalog, _done(row, language, reading.as_of), unstable=row["id"] in flapping),
            rated=_rated_before(row, reading),
            last=_last_time(last.get(row["id"]), language, reading.as_of),
        )
        for row in [*live, *done[-1:]]
    )


def _last(row: Mapping[str, Any], alerts: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The newest earlier alert of the same kind, with whichever therapist, where a person did something about it."""
    kind = [row[name] for name in ONE_KIND]
    before = [
        each for each in alerts
        if each["id"] < row["id"] and each["state"] not in GONE and [each[name] for name in ONE_KIND] == kind
    ]  # fmt: skip
    return before[-1] if before and before[-1]["action"] else None


def _last_time(row: Mapping[str, Any] | None, language: str, as_of: date) -> str:
    """What was done then, in a few words; what was noted about it stays in the record."""
    if row is None:
        return ""
    since = day(EPOCH + timedelta(days=int(row["opened_day"])), language, seen_from=as_of)
    return say("last time (%(day)s): %(done)s", day=since, done=_done(row, language, as_of))


def _stands_above(row: Mapping[str, Any], catalog: Catalog) -> bool:
    """Whether the answer is one that its form flags: those have their own place on the sheet."""
    flagged = catalog.get(row["instrument"]).risk if row["instrument"] in catalog else ()
    return row["basis"] == "answer" and any(flag.item == row["scale"] for flag in flagged)


def _rated_before(row: Mapping[str, Any], reading: Reading) -> date | None:
    """The day of the rating that an alert tells of, where it is not the newest one: its figures are not those of now."""
    given = reading.of(row["instrument"], row["rater"])
    on: date = row["session_on"]
    return on if row["basis"] != "absence" and given and on < given[-1].session_on else None


def _alert(row: Mapping[str, Any], catalog: Catalog, done: str, *, unstable: bool) -> AlertLine:
    evidence = _rounded(row, catalog)
    reason = reason_text(row["reason"], evidence, evidence.get("gap")).rstrip(".")
    if row["regressed"]:
        reason += say(", once more")
    if unstable:
        reason += say("; it comes and goes (unstable)")
    basis = say(BASIS.get(row["basis"], "")) or basis_text(row["basis"], evidence)
    if row["basis"] == "absence" and row["root_id"]:
        basis = say("no answer")
    return AlertLine(
        severity=row["severity"],
        what=_about(row, catalog),
        reason=reason,
        basis=basis,
        since=EPOCH + timedelta(days=int(row["opened_day"])),
        state=seen_as(row["state"]),  # type: ignore[arg-type]
        done=done,
        code=_code(row),
        about=catalog.get(row["instrument"]).construct if row["instrument"] in catalog else "",
        good_news=_good(row),
    )


def _good(row: Mapping[str, Any]) -> bool:
    """Whether the policy said by its evidence that this is good news."""
    return bool(row["evidence"].get("good_news"))


def _rounded(row: Mapping[str, Any], catalog: Catalog) -> dict[str, Any]:
    """The evidence with as many decimals as the charts print."""
    form = catalog.get(row["instrument"]) if row["instrument"] in catalog else None
    view = form.watchable(row["scale"]) if form is not None and _has(form, row["scale"]) else None
    decimals = 1 if view is None or view.maximum - view.minimum >= 10 else 2
    return {k: round(v, decimals) if isinstance(v, float) else v for k, v in row["evidence"].items()}


def _about(row: Mapping[str, Any], catalog: Catalog) -> str:
    """What an alert is about in the words of the sheet."""
    if row["instrument"] not in catalog:
        return str(row["instrument"])
    form = catalog.get(row["instrument"])
    if row["basis"] == "absence":
        return form.short
    if row["scale"] == form.main_scale:
        about = say("The work together") if form.construct == "alliance" else title(form)
    elif _has(form, row["scale"]):
        about = say(form.watchable(row["scale"]).title).capitalize()
    else:
        about = f"{form.short}, {row['scale']}"
    return about if row["rater"] == "client" else f"{about} ({say(row['rater'])})"


def _has(form: Instrument, scale: str) -> bool:
    """Whether there is still a scale, or an item to watch, of this name: an alert stands longer than a definition."""
    return any(each.id == scale for each in form.scales) or any(each.id == scale for each in form.number_items)


def marks_of(reading: Reading, language_name: Mapping[str, str]) -> tuple[Mark, ...]:
    """Another therapist, another language, another way of scoring, a pause: what changed under the ratings."""
    marks = []
    held = sorted((a for a in reading.episode.assignments if a.role == "therapist"), key=lambda a: a.starts_on)
    marks += [Mark(on=a.starts_on, text=say("new therapist")) for a in held[1:] if a.starts_on <= reading.as_of]
    spoken: dict[tuple[str, str], str] = {}
    scored: dict[tuple[str, str], str] = {}
    for given in reading.given:
        key = (given.instrument, given.rater)
        if scored.setdefault(key, given.definition_hash) != given.definition_hash:
            marks.append(Mark(on=given.session_on, text=say("now scored another way")))
            scored[key] = given.definition_hash
        if given.language and given.rater == "client":
            if spoken.get(key, given.language) != given.language:
                marks.append(
                    Mark(
                        on=given.session_on,
                        text=say("now in %(language)s", language=language_name.get(given.language, given.language)),
                    )
                )
            spoken[key] = given.language
    marks += [Mark(on=first, text=say("pause begins")) for first, _ in reading.pauses]
    unique = {(m.on, m.text): m for m in marks}
    return tuple(sorted(unique.values(), key=lambda m: m.on))


def quotes_of(reading: Reading, catalog: Catalog) -> tuple[Quote, ...]:
    """What the client wrote at the newest session with words of theirs on it, as written."""
    for given in reversed(reading.given):
        if given.rater != "client" or not given.texts or given.instrument not in catalog:
            continue
        form = catalog.get(given.instrument)
        written = [(item, text) for item, text in given.texts.items() if text.strip() and item in form.item_ids]
        if written and given.session_on >= (reading.session_on or given.session_on):
            return tuple(Quote(on=given.session_on, label=say(form.item(i).label or i), text=t) for i, t in written)
    return ()


def missing_of(reading: Reading, catalog: Catalog, language: str) -> tuple[str, ...]:
    """Forms that the plan expected at the newest session and that are not there; the share both people rated."""
    out = []
    on = reading.session_on
    rated = {(a.instrument, a.rater) for a in reading.given if on is not None and a.session_on == on}
    for entry in reading.plan:
        if on is not None and entry.every_sessions == 1 and (entry.instrument, entry.rater) not in rated:
            name = catalog.get(entry.instrument).short if entry.instrument in catalog else entry.instrument
            when = day(on, language)
            if entry.rater == "client":
                out.append(say("%(form)s, session of %(day)s", form=name, day=when))
            else:
                out.append(
                    say("%(form)s by the %(who)s, session of %(day)s", form=name, who=say(entry.rater), day=when)
                )
    out += _left_out(reading, catalog, language)
    return tuple(out)


def _left_out(reading: Reading, catalog: Catalog, language: str) -> list[str]:
    """A question about safety that was on the newest form and was left empty."""
    newest = {a.instrument: a for a in reading.given if a.rater == "client" and a.instrument in catalog}
    out = []
    for given in newest.values():
        form = catalog.get(given.instrument)
        typed = bool(given.raw) and not form.totals_only
        if typed and left_out_of(form, given.raw, given.numbers):
            when = day(given.session_on, language)
            out.append(say("the question about safety was left out on %(day)s", day=when))
    return out


def share_of(reading: Reading, forms: Sequence[Instrument], catalog: Catalog) -> str:
    """At how many sessions the client and the therapist both rated the work together."""
    for form in forms:
        if form.construct == "alliance" and form.counterpart in catalog:
            other = catalog.get(form.counterpart)
            own = {a.session_on for a in reading.of(form.id, form.raters[0])}
            both = own & {a.session_on for a in reading.of(other.id, other.raters[0])}
            if own:
                return say("both rated %(n)s of %(m)s sessions", n=len(both), m=len(own))
    return ""


def unread_of(reading: Reading, catalog: Catalog) -> list[str]:
    """Forms that were given and cannot be shown, because their definition is gone or broken."""
    forms = dict.fromkeys(given.instrument for given in reading.given if given.instrument not in catalog)
    return [
        say(NOT_SHOWN) + say("%(form)s, its definition is not there or broken (fit instruments check)", form=form)
        for form in forms
    ]


def unchecked_of(reading: Reading) -> list[str]:
    """Where alerts may be behind the data."""
    return [
        say("not checked: the policy “%(name)s” failed in the last run", name=name)
        if name
        else say("not checked yet: fit alerts run")
        for name in reading.unchecked
    ]


def later_of(reading: Reading) -> list[str]:
    """That some alerts about these ratings were not there yet on the day of the sheet."""
    n = reading.found_later
    if not n:
        return []
    return [
        plural(
            "%(num)s alert about these ratings was found later",
            "%(num)s alerts about these ratings were found later",
            n,
        )
    ]
