"""The texts of messages: ours, and a practice's own in their place."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fit_toolkit.alerts import mail_text
from fit_toolkit.alerts.mail_text import WHY, Reason, Writer
from fit_toolkit.engine import surroundings
from fit_toolkit.store import schema as s
from tests.alerts.outgoing import LOW, clinic_with, messages

CLOSING = "Cron and mail are no emergency channel."


def own(folder: Path, name: str, text: str) -> Writer:
    (folder / "mail").mkdir(parents=True, exist_ok=True)
    (folder / "mail" / f"{name}.txt.j2").write_text(text, encoding="utf-8")
    return Writer(folder)


@pytest.mark.skipif(os.name == "nt", reason="links need a right of their own there")
def test_a_text_that_is_a_link_to_another_file_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text("the key of the pseudonyms")
    writer = own(tmp_path / "templates", "safety", "")
    (tmp_path / "templates/mail/safety.txt.j2").unlink()
    (tmp_path / "templates/mail/safety.txt.j2").symlink_to(secret)
    assert writer.unusable() == ["templates/mail/safety.txt.j2: ValueError"]


def test_every_text_ends_with_what_it_is_not() -> None:
    writer = Writer()
    counts, new = {"notice": 1}, {Reason.NEW: 1}
    texts = [
        writer.review(counts, new), writer.safety(Reason.NEW), writer.old(2, 90, new), writer.all_done(),
        writer.digest(counts, 0, "Last looked at 2026-05-12 06:10.", Reason.NEW), writer.failures(["x"]),
        writer.matters(["x"]),
    ]  # fmt: skip
    assert all(text.body.endswith(f"{CLOSING}\n") for text in texts)
    assert all("FIT (feedback-informed treatment)" in text.body for text in texts)
    assert all(text.subject.startswith("FIT: ") and "\n" not in text.subject for text in texts)


def test_one_is_one_item_and_two_are_items() -> None:
    assert Writer().review({"attention": 1}, {Reason.NEW: 1}).subject == "FIT: 1 item to review"
    assert Writer().review({"attention": 1, "notice": 1}, {Reason.NEW: 2}).subject == "FIT: 2 items to review"


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_its_sentence(reason: Reason) -> None:
    assert WHY[reason] in Writer().review({"notice": 1}, {reason: 1}).body


def test_several_reasons_are_all_given_with_how_many_each_stands_for() -> None:
    body = Writer().review({"attention": 3}, {Reason.REPEAT: 1, Reason.ESCALATED: 2}).body
    assert f"{WHY[Reason.ESCALATED]} (2)\n{WHY[Reason.REPEAT]} (1)\n" in body


def test_what_is_seen_late_says_how_many_days_and_what_is_not_says_nothing() -> None:
    writer = Writer()
    assert "Seen late: it opened 9 days ago." in writer.review({"notice": 1}, {Reason.NEW: 1}, late=9).body
    assert "Seen late: the oldest of them opened" in writer.review({"notice": 2}, {Reason.NEW: 2}, late=9).body
    assert "The answer is 9 days old." in writer.safety(Reason.NEW, late=9).body
    assert "late" not in writer.review({"notice": 1}, {Reason.NEW: 1}).body + writer.safety(Reason.NEW).body


def test_an_empty_digest_says_so_and_when_alerts_were_last_looked_at() -> None:
    text = Writer().digest({}, 0, "Last looked at 2026-05-12 06:10.", Reason.ALL_DONE)
    assert text.subject == "FIT: weekly digest, nothing to report"
    assert "Nothing to report" in text.body
    assert "Last looked at 2026-05-12 06:10." in text.body


def test_the_link_is_printed_where_there_is_one_and_nothing_is_escaped() -> None:
    assert "http://fit/?a=1&b=2\n" in Writer(link="http://fit/?a=1&b=2").safety(Reason.NEW).body


def test_a_template_of_the_practice_takes_the_place_of_ours(tmp_path: Path) -> None:
    writer = own(tmp_path, "review", "{{ count }} waiting. {{ why }}")
    assert writer.review({"notice": 3}, {Reason.AGAIN: 3}).body == f"3 waiting. {WHY[Reason.AGAIN]}\n"
    assert writer.unusable() == []
    assert "safety item" in writer.safety(Reason.NEW).body


@pytest.mark.parametrize(
    "text",
    [
        "{{ nobody }}", "{% if %}", "{{ ''.__class__.__mro__ }}", "{% include '../../fit.toml' %}", "{{ 1 / 0 }}",
        "{% for i in range(99999) %}{{ i }}{% endfor %}",
        "{% macro m(n) %}{{ m(n) }}{% endmacro %}{{ m(1) }}",
        "{% set ns = namespace(a='a') %}{% for i in range(40) %}{% set ns.a = ns.a ~ ns.a %}{% endfor %}",
        "{% set ns = namespace(a=[1]) %}{% for i in range(40) %}{% set ns.a = ns.a + ns.a %}{% endfor %}",
        "{{ 'a' * 999999999 }}", "{{ '{:>99999999}'.format(why) | length }}", "{{ '%999999999d'|format(1) }}", "\xff" * 70_000,
    ],
)  # fmt: skip
def test_a_template_that_cannot_be_used_is_named_and_ours_is_sent(tmp_path: Path, text: str) -> None:
    writer = own(tmp_path, "safety", text)
    assert writer.safety(Reason.NEW) == Writer().safety(Reason.NEW)
    (problem,) = writer.unusable()
    assert problem.startswith("templates/mail/safety.txt.j2: ")


def test_a_template_that_never_ends_is_waited_for_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_text, "SECONDS", 0.1)
    tries: list[float] = []

    def within(seconds: float, work: Callable[[], str], *, megabytes: float) -> str:
        tries.append(seconds)
        return surroundings.within(seconds, work, megabytes=megabytes)

    monkeypatch.setattr(mail_text, "within", within)
    endless = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    writer = own(tmp_path, "safety", f"{endless} {tmp_path}")
    assert [writer.safety(Reason.NEW) for _ in range(3)] == [Writer().safety(Reason.NEW)] * 3
    assert writer.unusable() == ["templates/mail/safety.txt.j2: TimeoutError"]
    assert tries == [0.1]


def test_the_administrator_is_told_of_a_template_that_cannot_be_used(tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path, policies=LOW)
    own(clinic.root / "templates", "review", "{{ nobody }}")
    clinic.open("c1")
    clinic.rate("c1", 0, 3)
    clinic.run(tell=True)
    assert {row["to"] for row in messages(clinic)} == {"anna", "adam"}
    (told,) = [row for row in messages(clinic) if row["to"] == "adam"]
    assert "templates/mail/review.txt.j2: UndefinedError" in told["body"]
    assert told["severity"] in s.SEVERITIES
