"""After `fit erase` nothing of the client is left in any file of the practice but the tombstone, and others are as they were."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from fit_toolkit.errors import DataError
from fit_toolkit.practice import beside
from fit_toolkit.practice.erasing import erase
from fit_toolkit.store import people, tombstones
from fit_toolkit.store import schema as s
from tests.cli.shell import Shell
from tests.clinic import Clinic
from tests.owed.lives import ALL, CODE, OTHER, SAID, THIRD, count_of, everything


def erased(fit: Shell) -> None:
    done = fit("erase", CODE, "--reason", f"asked for by {CODE}", "--yes")
    assert done.code == 0, done.err


def named(clinic: Clinic, word: str) -> list[str]:
    """The files of the practice that hold a word, in whatever capitals."""
    return [name for name, content in everything(clinic.root).items() if word.encode() in content.lower()]


def test_the_canary_is_everywhere_before(clinic: Clinic) -> None:
    found = named(clinic, CODE)
    assert "store.db" in found
    assert "messages/messages.jsonl" in found
    assert "alone.html" in found
    assert any(name.startswith("sheets/anna/") for name in found)
    assert "store.db" in named(clinic, SAID)


def test_nothing_of_the_client_is_left_in_any_file(clinic: Clinic, fit: Shell) -> None:
    with clinic.practice.store.read() as c:
        mine = people.client_id(c, CODE)
        member = c.execute(sa.select(s.member.c.id).where(s.member.c.client_id == mine)).scalars().all()
    erased(fit)
    assert named(clinic, CODE) == []
    # what is left of the typed word is the other member's own remark, in the store alone
    assert set(named(clinic, SAID)) == {"store.db"}
    raw = (clinic.root / "store.db").read_bytes()
    assert all(f"{SAID} {each}".encode() not in raw for each in member)
    assert raw.count(SAID.encode()) == 1


def test_what_stays_is_the_tombstone(clinic: Clinic, fit: Shell) -> None:
    erased(fit)
    with clinic.practice.store.read() as c:
        (stone,) = tombstones.tombstones(c)
    assert stone.is_of(CODE)
    assert stone.is_of(CODE.upper())
    assert not stone.is_of(OTHER)
    assert (stone.reason, stone.counts["forms"]) == ("asked for by (erased)", 10)
    assert stone.finished_at is not None
    assert stone.code_hash.encode() in (clinic.root / ".fit-erased.json").read_bytes()


def test_the_others_are_as_they_were(clinic: Clinic, fit: Shell) -> None:
    def of_others() -> dict[str, list[tuple[object, ...]]]:
        with clinic.practice.store.read() as c:
            found = {}
            for code in (OTHER, THIRD):
                a = s.administration
                rows = c.execute(
                    sa.select(a.c.id, a.c.raw, a.c.numbers, a.c.state, a.c.session_on, a.c.texts)
                    .select_from(a.join(s.member).join(s.client))
                    .where(s.client.c.code == code, a.c.state == "valid")
                    .order_by(a.c.id)
                )
                found[code] = [tuple(row) for row in rows]
            return found

    before = of_others()
    assert all(before.values())
    erased(fit)
    assert of_others() == before
    with clinic.practice.store.read() as c:
        (couple,) = people.list_episodes(c, client=OTHER)
    assert couple.code == "shared-1"
    assert [member.client for member in couple.members] == [OTHER]
    assert len([alert for alert in clinic.alerts(None) if alert["client"] == THIRD]) > 0
    assert any((clinic.root / "sheets" / "anna").glob("*.html"))


def test_the_store_is_sound_and_a_run_goes_through(clinic: Clinic, fit: Shell) -> None:
    erased(fit)
    assert fit("verify").code == 0
    assert fit("alerts", "run", "--no-deliver").code == 0
    assert fit("verify").code == 0
    assert fit("sheets", "--format", "html").code in {0, 4}
    assert named(clinic, CODE) == []


def test_a_dry_run_changes_nothing(clinic: Clinic, fit: Shell) -> None:
    before = everything(clinic.root)
    said = fit("erase", CODE, "--dry-run")
    assert said.code == 0
    assert "forms" in said.out
    after = everything(clinic.root)
    assert {name for name in after if after[name] != before.get(name)} <= {".fit.lock"}


def test_nothing_is_erased_unasked_or_without_a_reason(clinic: Clinic, fit: Shell) -> None:
    assert fit("erase", CODE, "--yes").code == 2
    assert fit("erase", CODE, "--reason", "x").code == 2
    assert fit("erase", "nobody", "--reason", "x", "--yes").code == 3
    assert count_of(clinic.practice, s.client) == 3


def test_an_old_file_or_a_slip_does_not_bring_them_back(clinic: Clinic, fit: Shell) -> None:
    erased(fit)
    refused = fit("clients", "add", CODE.upper())
    assert refused.code == 3
    assert "erased" in refused.err
    file = clinic.root / "old.csv"
    items = [item.id for item in clinic.practice.catalog.get("today-together-client").items]
    file.write_text(
        f"client,date,{','.join(items)}\n{CODE},2026-02-02,{','.join('5' * len(items))}\n", encoding="utf-8"
    )
    again = fit("import", str(file), "--instrument", "today-together-client", "--open-episodes")
    assert again.code == 3
    assert "was erased" in again.err
    assert fit("clients", "add", CODE, "--again").code == 0


def test_erasing_twice_says_when(fit: Shell) -> None:
    erased(fit)
    again = fit("erase", CODE, "--reason", "x", "--yes")
    assert again.code == 0
    assert "already" in again.err


def test_a_file_of_others_that_names_the_code_is_said(clinic: Clinic, fit: Shell) -> None:
    across = b"x" * (beside.BLOCK - 5) + f",{CODE},".encode()
    for name, content in (
        ("list.csv", f"client\n{CODE}\n".encode()),
        ("large.csv", across),
        ("other.csv", b"canary-771"),
    ):
        (clinic.root / name).write_bytes(content)
    done = fit("erase", CODE, "--reason", "x", "--yes")
    assert [name in done.err for name in ("list.csv", "large.csv", "other.csv")] == [True, True, False]
    assert (clinic.root / "list.csv").exists()


def test_a_pdf_under_any_name_is_known_by_its_number_and_other_pdfs_of_ours_are_named(
    clinic: Clinic, fit: Shell
) -> None:
    for name, client in (("mine.pdf", CODE), ("theirs.pdf", THIRD)):
        assert fit("sheet", client, "--episode", f"{client}-1", "-o", str(clinic.root / name)).code == 0
    assert fit("report", "-o", str(clinic.root / "report.pdf")).code == 0
    done = fit("erase", CODE, "--reason", "x", "--yes")
    assert [(clinic.root / f"{name}.pdf").exists() for name in ("mine", "theirs", "report")] == [False, True, True]
    assert ["theirs.pdf" in done.err, "report.pdf" in done.err] == [False, True]


def test_exports_that_held_them_are_said(fit: Shell, tmp_path: Path) -> None:
    assert fit("export", "-o", str(tmp_path / "out")).code == 0
    assert "1 export held them" in fit("erase", CODE, "--reason", "x", "--yes").err


def test_a_legal_hold_stands_in_the_way(clinic: Clinic, fit: Shell) -> None:
    assert fit("clients", "hold", CODE, "--reason", "complaint 12").code == 0
    before = {table.name: count_of(clinic.practice, table) for table in ALL}
    refused = fit("erase", CODE, "--reason", "x", "--yes")
    assert (refused.code, CODE in refused.err) == (3, False)
    assert {table.name: count_of(clinic.practice, table) for table in ALL} == before
    assert CODE in fit("clients", "holds").out
    assert fit("clients", "release", CODE, "--reason", "settled").code == 0
    erased(fit)


def test_a_hold_ends_after_its_last_day(clinic: Clinic, fit: Shell) -> None:
    until = clinic.clock().date().isoformat()
    assert fit("clients", "hold", CODE, "--reason", "complaint 12", "--until", until).code == 0
    assert fit("erase", CODE, "--reason", "x", "--yes").code == 3
    fit.hours = 24
    erased(fit)


def test_those_whose_period_is_over_are_listed_and_erased_on_request(clinic: Clinic, fit: Shell) -> None:
    assert fit("erase", "--due").code == 5  # there is no period of its own
    with (clinic.root / "fit.toml").open("a", encoding="utf-8") as file:
        file.write("\n")
    text = (clinic.root / "fit.toml").read_text(encoding="utf-8")
    (clinic.root / "fit.toml").write_text(text.replace("# years = 0", "years = 1"), encoding="utf-8")
    day = clinic.clock().date().isoformat()
    assert fit("episodes", "close", f"{THIRD}-1", "--on", day, "--reason", "ended as planned").code == 0
    assert fit("erase", "--due", "--format", "csv").out.splitlines() == ["client,ended_on,over_on,held"]
    fit.hours = 24 * 365
    assert fit("erase", "--due", "--format", "csv").out.splitlines()[1:] == [f"{THIRD},{day},2027-02-14,False"]
    assert count_of(clinic.practice, s.client) == 3
    assert fit("erase", "--due", "--yes").code == 0
    assert count_of(clinic.practice, s.client) == 2
    assert named(clinic, THIRD) == []


def test_one_who_came_back_since_the_list_was_made_is_not_erased_for_the_period(clinic: Clinic) -> None:
    with pytest.raises(DataError, match="not over any more"):
        erase(clinic.practice, THIRD, reason="the period", actor="test", years=1)
    assert count_of(clinic.practice, s.client) == 3
