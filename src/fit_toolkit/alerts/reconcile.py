"""Reconciles what is true (spells) with what was recorded (alerts): a pure function over whole courses.

Nothing is remembered between runs but the alerts themselves. A spell belongs to the alert that the same rating (or
the one it corrects) opened, else to one it overlaps in time, so that an acknowledgement survives a back-dated or
corrected rating.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from fit_toolkit.model.alerts import GONE, LIVE, RANK, Alert, Ask, Cause, Handled, Key, Spell, State, Transition


def reconcile(spells: Iterable[Spell], alerts: Iterable[Alert], *, today: int) -> list[Transition]:
    """Give the transitions that bring the alerts in line with the spells.

    `spells` are all spells of every key that was evaluated, `alerts` all alerts of these keys. New alerts have id 0.
    Applying the result and calling again gives nothing.
    """
    by_key: dict[Key, tuple[list[Spell], list[Alert]]] = defaultdict(lambda: ([], []))
    for spell in spells:
        by_key[spell.key][0].append(spell)
    for alert in alerts:
        by_key[alert.key][1].append(alert)
    return [transition for own, known in by_key.values() for transition in _one_key(own, known, today)]


def _one_key(spells: list[Spell], alerts: list[Alert], today: int) -> list[Transition]:
    spells = sorted(spells, key=lambda spell: spell.opened)
    owners, merged, free = _match(spells, [alert for alert in alerts if alert.state not in GONE])
    # what ends comes before what opens: at no moment two live alerts of one key
    out = [_gone(alert, "superseded", Cause.MERGED) for alert in merged]
    out += [ending for alert in free if (ending := _without_spell(alert))]
    late: list[Transition] = []
    for place, (spell, owner) in enumerate(zip(spells, owners, strict=True)):
        after = _carried(spell, owner, regressed=place > 0, today=today)
        if owner is None or after != owner:
            news = owner is not None and owner.state == after.state == "open" and _is_news(spell, owner)
            (late if after.live else out).append(_transition(owner, after, news=news))
    return out + late


def _match(spells: Sequence[Spell], pool: list[Alert]) -> tuple[list[Alert | None], list[Alert], list[Alert]]:
    """For each spell the alert it belongs to; then alerts that merged into another's spell; then those left over."""
    reserved = {spell.root: spell for spell in spells if not spell.about_member}
    owners: list[Alert | None] = [None] * len(spells)
    merged: list[Alert] = []
    for place in range(len(spells) - 1, -1, -1):
        spell = spells[place]
        fits = [a for a in pool if reserved.get(a.root, spell) is spell and _belongs(spell, a)]
        if fits:
            owners[place] = max(fits, key=lambda a: _claim(spell, a))
            merged += [a for a in fits if a is not owners[place]]
            pool = [a for a in pool if a not in fits]
    return owners, merged, pool


def _belongs(spell: Spell, alert: Alert) -> bool:
    if spell.about_member:
        return alert.live or alert.opened == spell.opened
    return alert.root == spell.root or (spell.opened <= alert.last and alert.opened <= spell.last)


def _claim(spell: Spell, alert: Alert) -> tuple[bool, bool, bool, int]:
    """Which of several alerts lives on: what a person has answered, then what is live, then the opener, the newest."""
    return (alert.live and alert.handled is not None, alert.live, alert.root == spell.root, alert.id)


def _without_spell(alert: Alert) -> Transition | None:
    """What becomes of an alert whose spell is not there any more."""
    if alert.root == 0:
        return _gone(alert, "resolved", Cause.ARRIVED) if alert.live else None
    return _gone(alert, "voided", Cause.CORRECTED)


def _gone(alert: Alert, state: State, cause: Cause) -> Transition:
    return _transition(alert, msgspec.structs.replace(alert, state=state, cause=cause))


def _carried(spell: Spell, alert: Alert | None, *, regressed: bool, today: int) -> Alert:
    """The alert as the spell would have it."""
    state, cause = _wanted(spell, alert, today)
    if alert is not None and state == alert.state:
        cause = _still(spell, alert)
    asleep = alert if alert is not None and state == "snoozed" else None
    return Alert(
        id=0 if alert is None else alert.id,
        key=spell.key,
        state=state,
        cause=cause,
        severity=spell.severity,
        basis=spell.basis,
        root=spell.root,
        opened=spell.opened,
        last=spell.last,
        ended=spell.ended,
        calm=spell.calm,
        seen=spell.seen,
        handled=None if alert is None or cause == Cause.SNOOZE_OVER else alert.handled,
        snooze_until=None if asleep is None else asleep.snooze_until,
        snooze_ratings=None if asleep is None else asleep.snooze_ratings,
        regressed=regressed,
        reason=spell.reason,
        evidence=spell.evidence,
    )


def _still(spell: Spell, alert: Alert) -> str:
    """Why an alert is as it is, when its state stays the same."""
    if alert.state == "resolved":
        return alert.cause
    if _asks_more(spell, alert.seen):
        return Cause.WITHIN_PLAN if alert.state == "snoozed" and spell.severity == "safety" else Cause.ASKS_AGAIN
    if spell.severity == "safety" and spell.calm is not None and spell.calm != alert.calm:
        return Cause.BELOW
    if spell.root != alert.root or spell.severity != alert.severity:
        return Cause.AMENDED
    return alert.cause


def _wanted(spell: Spell, alert: Alert | None, today: int) -> tuple[State, str]:
    again = alert is not None and _asks_again(spell, alert)
    if alert is not None and alert.done_by_person and not again:
        return alert.state, alert.cause
    if not spell.stands:
        cause = Cause.LATE if alert is None else Cause.LAPSED if spell.lapsed else Cause.CLEARED
        return "resolved", cause
    if spell.closed and _may_close(spell, alert):
        return "closed", Cause.ENDED
    if alert is None:
        return "open", Cause.NEW
    if again:
        return "open", Cause.ASKS_AGAIN
    if alert.state == "snoozed" and _awake(spell, alert, today):
        return "open", Cause.SNOOZE_OVER
    if alert.state in LIVE:
        return alert.state, alert.cause
    return ("open" if alert.handled is None else "acknowledged"), Cause.STANDS_AGAIN


def _asks_again(spell: Spell, alert: Alert) -> bool:
    """Whether something came up after a person had acted.

    That is a higher severity, or what is worse than all they knew: for safety any such answer, and a later one that asks
    for a person; for the rest a rating from which on it is worse again. What somebody resolved stays so but for safety.
    """
    handled = alert.handled
    if handled is None or alert.state == "open" or not spell.stands:
        return False
    if RANK[spell.severity] < RANK[alert.severity]:
        return True
    if spell.severity != "safety":
        return alert.state != "resolved" and _is_worse(spell, handled)
    if alert.state == "snoozed" and handled.latest is not None:
        return _breaks_plan(spell, handled)
    return _asks_more(spell, handled)


def _asks_more(spell: Spell, known: Handled) -> bool:
    """Whether there is an answer worse than any that was known, or a later one that asks for a person."""
    if spell.severity != "safety":
        return _is_worse(spell, known)
    worst = known.level
    return any((worst is not None and ask.level > worst) or _is_later(ask, known) for ask in spell.asks)


def _breaks_plan(spell: Spell, known: Handled) -> bool:
    """Whether there is an answer higher than the one a plan was made for; the same or a lower one is within it."""
    worst, planned = known.level, known.latest
    return any(
        (worst is not None and ask.level > worst)
        or (planned is not None and ask.level > planned and _is_later(ask, known))
        for ask in spell.asks
    )


def _is_worse(spell: Spell, known: Handled) -> bool:
    """Whether a later rating is worse than all that were known, by as much as the policy counts."""
    worst = known.level
    return worst is not None and any(ask.level > worst and _is_later(ask, known) for ask in spell.asks)


def _is_later(ask: Ask, known: Handled) -> bool:
    return ask.day > known.day and ask.root not in known.roots


def _is_news(spell: Spell, owner: Alert) -> bool:
    """Whether an alert that nobody has answered yet is told once more at once: only where it is about safety."""
    return spell.severity == "safety" and _asks_more(spell, owner.seen)


def _may_close(spell: Spell, alert: Alert | None) -> bool:
    """Safety needs a person before the end of an episode may close it."""
    return spell.severity != "safety" or (alert is not None and alert.handled is not None and alert.state != "open")


def _awake(spell: Spell, alert: Alert, today: int) -> bool:
    if alert.snooze_until is not None and today >= alert.snooze_until:
        return True
    since = alert.handled.day if alert.handled is not None else alert.opened
    enough = alert.snooze_ratings
    return enough is not None and sum(day > since for day in spell.ratings) >= enough


def _transition(before: Alert | None, after: Alert, *, news: bool = False) -> Transition:
    state, cause = ("", "") if before is None else (before.state, before.cause)
    changed = news or state != after.state or cause != after.cause
    return Transition(
        alert=after, before=state, event=changed, tells=after.state == "open" and (news or state != "open")
    )
