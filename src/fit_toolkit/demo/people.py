"""Staff, clients, episodes, plan and diary of the demo."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from fit_toolkit.demo.cast import STAFF, STORIES, Story, episodes
from fit_toolkit.demo.days import FRIDAY, Days
from fit_toolkit.demo.forms import ARRIVING, CLIENT, FIRST_THERAPY, HANDED_OVER, THERAPIST, Session
from fit_toolkit.model.people import Asked
from fit_toolkit.practice import Practice
from fit_toolkit.store import diary, people

if TYPE_CHECKING:
    import sqlalchemy as sa

KEPT_SILENT: Final = 3  # appointments of somebody who went silent, of which nobody noted what became


def move_in(practice: Practice, sessions: Iterable[Session]) -> None:
    """Add everybody with the episodes they have had or are in, and what is asked at each session."""
    starts = _starts(sessions)
    with practice.store.begin() as c:
        first = min(starts.values())[0] - timedelta(days=30)
        for code, role, supervisor in STAFF:
            people.add_staff(
                c, code, role=role, starts_on=first, email=f"{code}@demo.invalid", supervisor=supervisor
            )  # fmt: skip
        for asked in (
            Asked(instrument=ARRIVING, rater="client", occasion="start", every_sessions=1),
            Asked(instrument=CLIENT, rater="client", occasion="end", every_sessions=1),
            Asked(instrument=THERAPIST, rater="therapist", occasion="end", every_sessions=1),
        ):
            diary.add_plan(c, asked)
        for members in episodes():
            for story in members:
                born = 1955 + (story.number * 17) % 50
                people.add_client(
                    c, story.client, at=practice.now(), born_year=born, sex=("female", "male")[story.number % 2]
                )
            _open(practice, c, members, starts[members[0].client])


def _starts(sessions: Iterable[Session]) -> dict[str, list[date]]:
    """The days of the first session of each therapy, by client; the second is that of who came back."""
    found: dict[str, list[date]] = {}
    last: dict[str, date] = {}
    for session in sessions:
        client = session.story.client
        if client not in last or (session.on - last[client]).days > 180:
            found.setdefault(client, []).append(session.on)
        last[client] = session.on
    return found


def _open(practice: Practice, c: sa.Connection, members: list[Story], days: list[date]) -> None:
    story = members[0]
    therapist = "birch" if story.special == "transfer" else story.therapist
    clients = [each.client for each in members]
    code = f"demo-{story.together}" if story.together else None
    for day in days:
        if day != days[0]:
            earlier = people.list_episodes(c, client=story.client)[-1].code
            over = days[0] + timedelta(weeks=FIRST_THERAPY)
            people.close_episode(c, earlier, on=over, reason="ended as planned", at=practice.now())
        people.open_episode(c, clients, therapist=therapist, opened_on=day, code=code, at=practice.now())


def keep_diary(practice: Practice, sessions: Iterable[Session]) -> None:
    """Note sessions as held; a couple and a group have one appointment together."""
    with practice.store.begin() as c:
        known = people.candidates(c)
        noted: set[tuple[str, date]] = set()
        for session in sessions:
            (episode,) = {
                each.episode for each in known[session.story.client]
                if each.since <= session.on and (each.until is None or session.on <= each.until)
            }  # fmt: skip
            if (episode, session.on) in noted:
                continue
            noted.add((episode, session.on))
            hour = _hour(session.story, session.on)
            diary.add_appointment(
                c, episode, on=session.on, staff=session.therapist, time=hour, status="held", at=practice.now()
            )


def plan_ahead(practice: Practice, sessions: Iterable[Session], days: Days) -> None:
    """Put the next appointments into the diary: everybody's next, and those of who went silent, left as they were."""
    last: dict[str, Session] = {}
    for session in sessions:
        last[session.story.together or session.story.client] = session
    with practice.store.begin() as c:
        open_now = _open_codes(c, days.last)
        for session in last.values():
            story, weekday = session.story, session.on.weekday()
            if story.client not in open_now or story.special == "paused":
                continue
            missed = range(session.week - 1, session.week - 1 - KEPT_SILENT, -1) if story.special == "silent" else ()
            planned = [days.day(week, weekday) for week in missed] or [days.next(weekday)]
            for on in planned:
                diary.add_appointment(
                    c, open_now[story.client], on=on, staff=story.therapist, time=_hour(story, on), at=practice.now()
                )  # fmt: skip


def change_hands(practice: Practice, week: int, days: Days, *, start: bool) -> None:
    """Let happen what happens to episodes in a week: a transfer at its start, a planned end and a pause at its end."""
    with practice.store.begin() as c:
        codes = _open_codes(c, days.day(week, 0))
        for story in STORIES:
            code, at = codes.get(story.client, ""), practice.now()
            if start and story.special == "transfer" and week == HANDED_OVER:
                people.transfer(c, code, story.therapist, on=days.day(week, 0), at=at)
            if not start and story.special == "closed" and week == story.ended:
                people.close_episode(c, code, on=days.day(week, FRIDAY), reason="ended as planned", at=at)
            if not start and story.special == "paused" and week == story.ended:
                first, last = days.day(week - 1, 0), days.last + timedelta(weeks=3)
                diary.add_pause(c, code, starts_on=first, ends_on=last, reason="a long journey, agreed on", at=at)


def _open_codes(c: sa.Connection, on: date) -> dict[str, str]:
    """The code of the episode that each client is in on a day."""
    return {
        member.client: episode.code for episode in people.list_episodes(c, open_on=on) for member in episode.members
    }


def _hour(story: Story, on: date) -> datetime:
    return datetime.combine(on, time(9 + story.number % 8))
