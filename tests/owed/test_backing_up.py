"""A backup is one private file that can be put back row for row; what is damaged or newer is refused with nothing changed."""

from __future__ import annotations

import sqlite3
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from fit_toolkit.errors import DataError
from fit_toolkit.practice import archive, restoring
from fit_toolkit.store import migrate, sqlite
from fit_toolkit.store import schema as s
from fit_toolkit.store.backup import contents, copy_store
from tests.cli.shell import Shell
from tests.clinic import START, Clinic
from tests.owed.lives import CODE, OTHER, count_of, everything
from tests.owed.test_erasing import erased
from tests.store import test_migrating


def backup(fit: Shell, *more: str) -> Path:
    done = fit("backup", *more)
    assert done.code == 0, done.err
    return Path(done.out.strip())


def test_it_is_one_private_file_with_store_and_own_files_and_no_password(clinic: Clinic, fit: Shell) -> None:
    (clinic.root / "plugins" / "mine.py").write_text("", encoding="utf-8")
    (clinic.root / "instruments" / "secret.txt").write_text("hunter2", encoding="utf-8")
    text = (clinic.root / "fit.toml").read_text(encoding="utf-8")
    settings = text.replace('# password_file = ""', 'password_file = "instruments/secret.txt"', 1)
    (clinic.root / "fit.toml").write_text(settings, encoding="utf-8")
    made = backup(fit)
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    with zipfile.ZipFile(made) as inside:
        names = set(inside.namelist())
    assert {"backup.json", "store.db", "fit.toml", "plugins/mine.py", ".fit-sheets-places.json"} <= names
    assert not [name for name in names if "secret" in name or name.startswith(("sheets", "messages"))]
    assert "not in it: instruments/secret.txt" in fit.everything


def test_what_is_put_back_is_row_for_row_what_was_there(clinic: Clinic, fit: Shell, tmp_path: Path) -> None:
    clinic.practice.store.close()
    before = contents(clinic.root / "store.db")
    made = backup(fit, "-o", str(tmp_path / "one.zip"))
    checked = fit("backup", "--check", str(made))
    assert (checked.code, "no  " in checked.out) == (0, False)
    assert fit("restore", str(made), "--to", str(tmp_path / "back")).code == 0
    after = contents(tmp_path / "back" / "store.db")
    assert {name for name in after if after[name] != before[name]} == {"backup"}  # the file itself holds them all
    assert (tmp_path / "back" / "fit.toml").read_bytes() == (clinic.root / "fit.toml").read_bytes()
    assert stat.S_IMODE((tmp_path / "back" / "store.db").stat().st_mode) == 0o600


def test_a_practice_is_never_written_over_unasked(clinic: Clinic, fit: Shell, tmp_path: Path) -> None:
    made = backup(fit, "-o", str(tmp_path / "one.zip"))
    clinic.open("newcomer")
    (clinic.root / ".fit-export-key").write_bytes(b"key")
    before = everything(clinic.root)
    assert fit("restore", str(made), "--to", str(clinic.root)).code == 3
    assert everything(clinic.root) == before
    done = fit("restore", str(made), "--to", str(clinic.root), "--replace")
    assert done.code == 0, done.err
    (aside,) = clinic.root.parent.glob("copy.before-*")
    assert {name: content for name, content in everything(aside).items() if name != ".fit.lock"} == {
        name: content for name, content in before.items() if name != ".fit.lock"
    }
    assert count_of(clinic.practice, s.client) == 3
    assert (clinic.root / ".fit-export-key").read_bytes() == b"key"  # it is in no backup, and stays with the practice


def test_every_file_that_holds_a_client_is_named_after_a_practice_was_put_back(
    clinic: Clinic, fit: Shell, tmp_path: Path
) -> None:
    made = backup(fit, "-o", str(tmp_path / "one.zip"))
    inside = backup(fit)  # which knows of the first, as does the practice that is replaced
    assert fit("restore", str(made), "--to", str(clinic.root), "--replace").code == 0
    (aside,) = clinic.root.parent.glob("copy.before-*")
    said = fit("erase", OTHER, "--dry-run").err
    for held in (made, aside / inside.relative_to(clinic.root), aside / "store.db"):
        assert said.count(f"  {held}\n") == 1
    assert "(not there now)" not in said


@pytest.mark.parametrize("killed", [pytest.param(False, marks=pytest.mark.long), True], ids=["stopped", "killed"])
def test_stopped_between_two_names_the_practice_is_in_its_place_and_the_same_command_goes_on(
    clinic: Clinic, fit: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed: bool
) -> None:
    made = backup(fit, "-o", str(tmp_path / "one.zip"))
    (tmp_path / ".fit-erased.json").unlink(missing_ok=True)
    assert fit("clients", "hold", OTHER, "--reason", "a complaint").code == 0
    with monkeypatch.context() as patched:
        if killed:  # nothing that is done on the way out is done
            patched.setattr("fit_toolkit.store.workplace._remove", lambda *_, **__: None)
        patched.setattr(Path, "rename", cut_off_after(1, Path.rename, keep=killed))
        with pytest.raises(KeyboardInterrupt):
            restoring.restore(made, clinic.root, replace=True, clock=clinic.clock)
    assert (clinic.root / "fit.toml").is_file() != killed
    assert fit("restore", str(made), "--to", str(clinic.root), "--replace").code == 0
    assert OTHER in fit("clients", "holds").out  # of the practice that was replaced
    assert not list(tmp_path.glob(".fit-*.fit-part"))


def test_a_practice_into_which_somebody_writes_is_not_replaced(
    clinic: Clinic, fit: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = backup(fit, "-o", str(tmp_path / "one.zip"))
    monkeypatch.setattr("fit_toolkit.store.backup.BUSY", 0.0)
    with clinic.practice.store.begin():
        assert fit("restore", str(made), "--to", str(clinic.root), "--replace").code == 75
    assert not list(tmp_path.glob("copy.before-*"))


def test_a_full_disk_is_called_that_and_leaves_nothing(fit: Shell, tmp_path: Path) -> None:
    made, left = backup(fit, "-o", str(tmp_path / "one.zip")), set(tmp_path.iterdir())
    with files_up_to(40_000):
        full = fit("backup", "-o", str(tmp_path / "two.zip"))
        again = fit("restore", str(made), "--to", str(tmp_path / "again"))
    assert (full.code, again.code) == (5, 5)
    assert "cannot be written" in full.err
    assert "cannot be unpacked here" in again.err
    assert set(tmp_path.iterdir()) == left


def test_a_zip_of_somebody_else_and_one_of_a_later_time_are_told_apart(fit: Shell, tmp_path: Path) -> None:
    for name, held, code in (("letter.txt", b"", 3), ("backup.json", b'{"schema":"fit/backup/2"}', 5)):
        with zipfile.ZipFile(tmp_path / "x.zip", "w") as file:
            file.writestr(name, held)
        done = fit("restore", str(tmp_path / "x.zip"), "--to", str(tmp_path / "again"))
        assert (done.code, "newer version" in done.err) == (code, code == 5)


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """As on a full disk: no file may grow beyond so many bytes."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def cut_off_after(count: int, real: Callable[..., Path], *, keep: bool) -> Callable[..., Path]:
    """Let so many folders be renamed, and stop at the next; with `keep` whatever comes after is not done either."""
    done: list[Path] = []

    def rename(self: Path, target: Path) -> Path:
        if not self.is_dir() or len(done) < count:
            done.extend([self] if self.is_dir() else [])
            return real(self, target)
        if len(done) == count or keep:
            done.append(self)
            raise KeyboardInterrupt
        return real(self, target)

    return rename


def test_a_folder_that_is_no_practice_is_not_replaced(fit: Shell, tmp_path: Path) -> None:
    made = backup(fit, "-o", str(tmp_path / "one.zip"))
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("x", encoding="utf-8")
    assert fit("restore", str(made), "--to", str(tmp_path / "letters"), "--replace").code == 3
    assert fit("restore", str(tmp_path / "none.zip"), "--to", str(tmp_path / "back")).code == 3
    assert not (tmp_path / "back").exists()


def test_any_byte_that_is_changed_or_missing_is_found(fit: Shell, tmp_path: Path) -> None:
    whole = backup(fit, "-o", str(tmp_path / "one.zip")).read_bytes()
    bad = tmp_path / "bad.zip"
    step = len(whole) // 40
    for at in range(step, len(whole) - step, step):
        for content in (whole[:at], whole[:at] + bytes([whole[at] ^ 0x41]) + whole[at + 1 :]):
            bad.write_bytes(content)
            try:
                archive.read_archive(bad, None)
            except DataError:
                continue
            # a byte of the zip that says nothing about what is in it, such as a time or an attribute
            assert content != whole[:at]
    bad.write_bytes(whole[: len(whole) // 2])
    assert fit("backup", "--check", str(bad)).code == 3
    assert fit("restore", str(bad), "--to", str(tmp_path / "back")).code == 3
    assert [each.name for each in tmp_path.iterdir() if "back" in each.name] == []


@pytest.mark.parametrize("name", ["../outside.txt", "/etc/outside", "a/../../b", "C:\\x"])
def test_a_name_that_leads_out_of_the_folder_is_refused(fit: Shell, tmp_path: Path, name: str) -> None:
    made = backup(fit, "-o", str(tmp_path / "one.zip"))
    bad = tmp_path / "bad.zip"
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(bad, "w") as new:
        for each in old.namelist():
            content = old.read(each)
            if each == "backup.json":
                content = content.replace(b'"fit.toml"', b'"' + name.replace("\\", "\\\\").encode() + b'"')
            new.writestr(name if each == "fit.toml" else each, content)
    assert fit("restore", str(bad), "--to", str(tmp_path / "deep" / "back")).code in {3, 5}
    assert not (tmp_path / "outside.txt").exists()


def test_a_file_that_grows_when_unpacked_is_cut_off(fit: Shell, tmp_path: Path) -> None:
    made = backup(fit, "-o", str(tmp_path / "one.zip"))
    bad = tmp_path / "bad.zip"
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(bad, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            new.writestr(each, bytes(50_000_000) if each == "fit.toml" else old.read(each))
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(DataError):
        archive.read_archive(bad, out)
    assert sum(file.stat().st_size for file in out.rglob("*") if file.is_file()) < 3_000_000


def repacked(made: Path, folder: Path, change: Callable[[Path], None]) -> Path:
    """The same backup with another store in it, as a whole and consistent file."""
    with zipfile.ZipFile(made) as old:
        old.extractall(folder)
    manifest = msgspec.json.decode((folder / "backup.json").read_bytes(), type=archive.Manifest)
    (folder / "backup.json").unlink()
    change(folder / "store.db")
    files = {name: folder / name for name in manifest.files}
    parts = {
        name: archive.Part(sha256=archive.digest_of(file), size=file.stat().st_size) for name, file in files.items()
    }
    again = folder.with_suffix(".zip")
    held = contents(folder / "store.db")
    written = msgspec.structs.replace(manifest, files=parts, contents=held)
    archive.write_archive(again, files, written, work=folder, whole=lambda _digest, _size: None)
    return again


def newer(store: Path) -> None:
    with closing(sqlite3.connect(store)) as c:
        c.execute("UPDATE alembic_version SET version_num = '9999'")
        c.commit()


def first(store: Path) -> None:
    store.unlink()
    sqlite.create_file(store)
    test_migrating._first_version(sqlite.make_engine(store).execution_options(**{sqlite.WRITE: True}))


def unsound(store: Path) -> None:
    with closing(sqlite3.connect(store)) as c:
        c.execute("UPDATE alert SET state = 'resolved' WHERE id = 1")
        c.commit()


@pytest.mark.parametrize("change", [newer, unsound])
def test_one_of_a_newer_version_or_with_an_unsound_store_is_refused(
    clinic: Clinic, fit: Shell, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    bad = repacked(backup(fit, "-o", str(tmp_path / "one.zip")), tmp_path / "changed", change)
    before = everything(clinic.root)
    assert fit("restore", str(bad), "--to", str(clinic.root), "--replace").code in {3, 5}
    assert everything(clinic.root) | {".fit.lock": b""} == before | {".fit.lock": b""}
    assert fit("backup", "--check", str(bad)).code == 5
    assert not list(clinic.root.parent.glob(".copy-*"))


def test_an_older_one_is_brought_up_to_date(fit: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def one_client(c: sa.Connection) -> None:
        c.execute(sa.text("INSERT INTO client (code, added_at) VALUES ('old-1', '2026-01-01 00:00:00.000000')"))

    monkeypatch.setattr(test_migrating, "_fill", one_client)
    old = repacked(backup(fit, "-o", str(tmp_path / "one.zip")), tmp_path / "old", first)
    done = fit("restore", str(old), "--to", str(tmp_path / "back"))
    assert done.code == 0, done.err
    with closing(sqlite3.connect(tmp_path / "back" / "store.db")) as c:
        assert c.execute("SELECT version_num FROM alembic_version").fetchone() == (migrate.HEAD,)
        assert c.execute("SELECT code FROM client").fetchall() == [("old-1",)]


def test_whoever_was_erased_since_is_erased_again(clinic: Clinic, fit: Shell, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    made = backup(fit, "-o", str(tmp_path / "elsewhere" / "one.zip"))
    fit.hours = 1
    assert fit("clients", "hold", OTHER, "--reason", "complaint").code == 0
    done = fit("erase", CODE, "--reason", "asked", "--yes")
    assert str(made) in done.err
    back = fit("restore", str(made), "--to", str(tmp_path / "back"))  # the practice itself may be lost
    assert "1 client erased since then" in back.err
    assert CODE.encode() not in (tmp_path / "back" / "store.db").read_bytes()
    assert fit("restore", str(made), "--to", str(clinic.root), "--replace").code == 0
    assert CODE.encode() not in (clinic.root / "store.db").read_bytes()
    assert OTHER in fit("clients", "holds").out
    assert fit("clients", "add", CODE).code == 3
    assert fit("verify").code == 0


def test_one_who_has_come_back_is_not_erased_again(clinic: Clinic, fit: Shell, tmp_path: Path) -> None:
    erased(fit)
    fit.hours = 1
    assert fit("clients", "add", CODE, "--again").code == 0
    made = backup(fit, "-o", str(tmp_path / "one.zip"))
    assert fit("restore", str(made), "--to", str(tmp_path / "back")).code == 0
    assert CODE.encode() in (tmp_path / "back" / "store.db").read_bytes()


def test_old_ones_go_when_so_many_are_kept_and_others_stay(clinic: Clinic, fit: Shell) -> None:
    made = []
    for hour in range(4):
        fit.hours = hour
        made.append(backup(fit, "--keep", "2"))
    foreign = made[0].with_name("mine.zip")
    foreign.write_bytes(b"x")
    assert [file.is_file() for file in made] == [False, False, True, True]
    fit.hours = 4
    made[2].write_bytes(b"changed")
    backup(fit, "--keep", "1")
    assert [file.is_file() for file in made] == [False, False, True, False]  # the changed one is not ours any more
    assert foreign.is_file()
    listed = fit("backup", "--list", "--format", "csv").out.splitlines()
    assert len(listed) == 3


def test_it_is_made_while_somebody_writes_without_what_is_not_kept_yet(clinic: Clinic, tmp_path: Path) -> None:
    with closing(sqlite3.connect(clinic.root / "store.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO client (code, added_at) VALUES ('half', ?)", (START.isoformat(),))
        copy_store(clinic.practice.store, tmp_path / "copy.db")
        other.execute("COMMIT")
    assert contents(tmp_path / "copy.db")["client"][0] == 3
    assert contents(clinic.root / "store.db")["client"][0] == 4
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600


def test_a_monitor_is_told_when_the_newest_is_too_old(clinic: Clinic, fit: Shell) -> None:
    assert "backup" not in fit("check").out
    text = (clinic.root / "fit.toml").read_text(encoding="utf-8")
    (clinic.root / "fit.toml").write_text(text.replace("# max_age_days = 0", "max_age_days = 2"), encoding="utf-8")
    assert "no backup was ever made" in fit("check").out
    backup(fit)
    assert "backup was" not in fit("check").out
    fit.hours = 49
    assert "the newest backup is 2 days old" in fit("check").out


def test_it_is_scheduled_where_copies_are_kept(clinic: Clinic, fit: Shell) -> None:
    assert "backup" not in fit("schedule", "cron").out
    text = (clinic.root / "fit.toml").read_text(encoding="utf-8")
    (clinic.root / "fit.toml").write_text(text.replace("# keep = 0", "keep = 14"), encoding="utf-8")
    assert "40 5 * * *" in fit("schedule", "cron").out
    quiet = fit("backup", "--quiet")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
