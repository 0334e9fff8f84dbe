"""The finished demo: what is in the store, what the alerts say, and what lies in the folders."""

from __future__ import annotations

import html
import re
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from fit_toolkit.alerts.lists import listing
from fit_toolkit.cli import run
from fit_toolkit.courses.asking import Asking
from fit_toolkit.demo import Demo, sheets
from fit_toolkit.demo.cast import STORIES, THERAPISTS
from fit_toolkit.demo.days import Days
from fit_toolkit.demo.folder import IMPORT
from fit_toolkit.demo.making import fill
from fit_toolkit.errors import ConfigError
from fit_toolkit.practice import Practice, open_practice
from fit_toolkit.sheets import pdf
from fit_toolkit.sheets.build import build_sheet
from fit_toolkit.store import alerts, diary, people, ratings
from tests.demo.conftest import TODAY

KINDS = {"risk", "left-out", "beyond-usual", "drop", "fall-from-best", "cutoff", "divergence", "overdue",
         "three-flat-tens"}  # fmt: skip
LATER_DIFFERS = {"delivery", "sheet", "sqlite_sequence"}  # when a message was really handed over; sheets follow


@pytest.fixture(scope="module")
def practice(demo: Demo) -> Iterator[Practice]:
    opened = open_practice(demo.root, clock=this_morning)
    yield opened
    opened.store.close()


def this_morning() -> datetime:
    return datetime.combine(TODAY, time(6))


def content(root: Path) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(root / "store.db")) as c:
        tables = [name for (name,) in c.execute("select name from sqlite_master where type = 'table'")]
        return {name: sorted(map(repr, c.execute(f'select * from "{name}"'))) for name in tables}


def rows_of(practice: Practice, *, live: bool = False) -> list[dict[str, Any]]:
    with practice.store.read() as c:
        return alerts.list_alerts(c, on=TODAY, **({} if live else {"states": None}))


def codes(special: str) -> set[str]:
    return {story.client for story in STORIES if story.special == special}


def test_the_same_seed_and_day_give_the_same_store(demo: Demo, tmp_path: Path) -> None:
    again, _, count = fill(tmp_path / "again", Days(demo.as_of), seed=7, say=lambda _: None)
    again.store.close()
    one, other = content(demo.root), content(again.root)
    assert [name for name in one if one[name] != other[name] and name not in LATER_DIFFERS] == []
    assert len(one["administration"]) == demo.figures["ratings"] == count > 900


def test_three_therapists_a_supervisor_and_an_administrator_look_after_forty_clients(practice: Practice) -> None:
    with practice.store.read() as c:
        roles = [person.role for person in people.list_staff(c)]
        kinds = [episode.kind for episode in people.list_episodes(c)]
        assert len(people.list_clients(c)) == 40
    assert sorted(roles) == ["administrator", "supervisor", "therapist", "therapist", "therapist"]
    assert kinds.count("couple") == kinds.count("group") == 1
    assert kinds.count("individual") == 34  # 33 clients, one of them twice


def test_every_kind_of_policy_and_the_drop_in_has_raised_an_alert(practice: Practice) -> None:
    assert {row["kind"] for row in rows_of(practice)} == KINDS
    assert {row["kind"] for row in rows_of(practice, live=True)} == KINDS


def test_some_alerts_are_new_some_seen_some_over(practice: Practice) -> None:
    states = {row["state"] for row in rows_of(practice)}
    assert {"open", "acknowledged", "snoozed", "resolved"} <= states
    assert any(row["action"] == "talked about it" for row in rows_of(practice, live=True))


def test_the_same_low_answer_six_times_is_one_alert_that_rests_while_the_plan_holds(practice: Practice) -> None:
    (client,) = codes("low-risk")
    (alert,) = [row for row in rows_of(practice) if row["client"] == client and row["kind"] == "risk"]
    assert alert["state"] == "snoozed"
    with practice.store.read() as c:
        given = ratings.history(c, [alert["member_id"]], instrument="arriving-today")
    assert [bool(each.risks) for each in given[-6:]] == [True] * 6


def test_a_worrying_answer_is_open_and_first_in_the_list(practice: Practice) -> None:
    first = rows_of(practice, live=True)[0]
    assert first["severity"] == "safety"
    assert first["state"] == "open"
    assert first["client"] in codes("risk")


def test_who_left_the_question_out_is_asked_about_and_nobody_else(practice: Practice) -> None:
    assert {row["client"] for row in rows_of(practice, live=True) if row["kind"] == "left-out"} == codes("no-answer")


def test_only_who_went_silent_is_overdue(practice: Practice) -> None:
    assert {row["client"] for row in rows_of(practice, live=True) if row["kind"] == "overdue"} == codes("silent")


def test_a_transfer_begins_a_new_course_of_working_together(practice: Practice) -> None:
    (client,) = codes("transfer")
    with practice.store.read() as c:
        (episode,) = people.list_episodes(c, client=client)
        given = ratings.history(c, [episode.members[0].id], instrument="today-together-client")
    assert [entry.staff for entry in episode.assignments] == ["birch", "hazel"]
    assert len({each.pair_id for each in given}) == 2
    day = episode.assignments[1].starts_on
    assert {each.pair_id for each in given if each.session_on < day}.isdisjoint(
        each.pair_id for each in given if each.session_on >= day
    )


def test_who_came_back_has_two_episodes_more_than_a_year_apart(practice: Practice) -> None:
    (client,) = codes("return")
    with practice.store.read() as c:
        first, second = people.list_episodes(c, client=client)
    assert first.closed_on is not None
    assert second.opened_on - first.closed_on > timedelta(days=365)
    assert second.closed_on is None


def test_one_client_changes_from_the_english_to_the_german_form(practice: Practice) -> None:
    (client,) = codes("language")
    with practice.store.read() as c:
        member = people.candidates(c, [client])[client][0].member_id
        given = ratings.history(c, [member], instrument="today-together-client")
    assert list(dict.fromkeys(each.language for each in given)) == [None, "en", "de"]


def test_an_episode_is_closed_one_is_paused_and_the_diary_goes_on(practice: Practice) -> None:
    with practice.store.read() as c:
        (closed,) = people.list_episodes(c, client=min(codes("closed")))
        (paused,) = diary.list_pauses(c)
        ahead = diary.list_appointments(c, since=TODAY)
        (member,) = people.list_members(c, [paused.episode_id])
    assert closed.close_reason == "ended as planned"
    assert member.client in codes("paused")
    assert paused.starts_on < TODAY < paused.ends_on
    assert len(ahead) > 25
    assert {each.status for each in ahead} == {"planned"}


def test_the_older_ratings_came_in_as_a_file_which_changes_nothing_when_it_comes_again(
    practice: Practice, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with practice.store.read() as c:
        kinds = [batch.kind for batch in ratings.list_batches(c)]
    assert kinds.count("import") == 1
    assert kinds.count("enter") > 4
    before = content(root)["administration"]
    assert run(["--practice", str(root), "import", str(root / IMPORT)], clock=this_morning) == 0
    assert "unchanged" in capsys.readouterr().out
    assert content(root)["administration"] == before


def test_the_policies_can_be_checked_and_the_alerts_can_be_run_again(root: Path) -> None:
    assert run(["--practice", str(root), "policies", "check"], clock=this_morning) == 0
    assert run(["--practice", str(root), "alerts", "run", "--dry-run"], clock=this_morning) == 0


def test_messages_went_to_a_file_and_name_no_client(root: Path) -> None:
    messages = (root / "messages" / "messages.jsonl").read_text()
    assert messages.count('"severity": "safety"') >= 2
    assert all(f'"recipient": "{therapist}"' in messages for therapist in THERAPISTS)
    assert not re.search(r"demo-\d", messages)


def test_there_is_a_sheet_and_a_client_page_for_everybody_named_by_number(demo: Demo) -> None:
    assert len(demo.sheets) == 40
    for made in demo.sheets:
        folder = demo.root / "sheets" / made.therapist
        assert (folder / made.html).is_file()
        assert (folder / made.client_html).is_file()
        assert stat.S_IMODE((folder / made.html).stat().st_mode) == 0o600
    names = [path.name for path in (demo.root / "sheets").rglob("*") if path.is_file()]
    assert all(re.fullmatch(r"\d{4}(-client)?\.html|index\.html", name) for name in names)
    assert {made.therapist for made in demo.sheets} == set(THERAPISTS)


def test_sheets_hold_no_other_clients_code_not_even_of_the_couple_or_the_group(demo: Demo) -> None:
    for made in demo.sheets:
        for name in (made.html, made.client_html):
            text = (demo.root / "sheets" / made.therapist / name).read_text()
            assert set(re.findall(r"demo-\d\d", text)) == {made.client}


def test_the_pages_to_open_lead_to_files_that_are_there_and_to_nothing_outside(root: Path) -> None:
    pages = [root / "index.html", *(root / "sheets" / therapist / "index.html" for therapist in THERAPISTS)]
    for page in pages:
        text = page.read_text()
        links = re.findall(r'(?:href|src)="([^"]+)"', text)
        assert len(links) > 20
        assert all((page.parent / link).is_file() for link in links)
        assert not re.search(r"https?:", text)


def test_the_first_page_names_reasons_and_the_plugin_that_raised_each_alert(demo: Demo, practice: Practice) -> None:
    text = (demo.root / "index.html").read_text()
    for row in rows_of(practice, live=True):
        assert f"<code>{row['policy']}</code>" in text
        assert f"<code>{row['kind']}</code>" in text
    assert "perfect ratings in a row: worth asking what would make it better" in text
    assert 'href="plugins/three_flat_tens.py"' in text
    assert text.count("<li>") > len(rows_of(practice, live=True))


def test_the_first_page_tells_the_reasons_that_the_listing_tells(demo: Demo, practice: Practice) -> None:
    text = html.unescape((demo.root / "index.html").read_text())
    with practice.store.read() as c:
        reasons = [row["reason"] for row in listing(c, on=TODAY)]
    assert reasons
    assert [reason for reason in reasons if reason not in text] == []


def test_a_therapists_page_is_about_their_own_clients_only(demo: Demo) -> None:
    for therapist in THERAPISTS:
        text = (demo.root / "sheets" / therapist / "index.html").read_text()
        mine = {made.client for made in demo.sheets if made.therapist == therapist}
        assert set(re.findall(r"demo-\d\d", text)) == mine


def test_a_sheet_can_be_printed_too(demo: Demo, practice: Practice, tmp_path: Path) -> None:
    if sheets.can_print():
        pytest.skip("Pango is not installed here")
    member = demo.sheets[0].member
    with practice.store.read() as c, Asking(practice) as asking:
        sheet = build_sheet(practice, c, member, as_of=demo.as_of, number="0001", asking=asking)
    names = sheets.write_pages(practice, tmp_path, sheet, ("therapist", "client"))
    assert names == ("0001.html", "0001.pdf", "0001-client.html", "0001-client.pdf")
    assert (tmp_path / "0001.pdf").read_bytes().startswith(b"%PDF")


def test_without_pango_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise ConfigError("PDF needs the Pango libraries", hint="fit doctor names the package")

    monkeypatch.setattr(pdf, "_tools", missing)
    assert "fit doctor" in sheets.can_print()


def test_it_ends_the_day_before_today(demo: Demo, practice: Practice) -> None:
    assert demo.as_of == TODAY - timedelta(days=1) == date(2026, 3, 4)
    with practice.store.read() as c:
        assert max(each.on for each in diary.list_appointments(c) if each.status == "held") <= demo.as_of
