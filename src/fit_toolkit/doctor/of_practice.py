"""What a practice needs to work: its settings, its store, its own definitions and plugins, and what people set up."""

from __future__ import annotations

import os
import shlex
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from fit_toolkit.doctor.verdict import Check, Verdict, fail, ok, warn
from fit_toolkit.errors import ConfigError, FitError
from fit_toolkit.practice import Clock, Practice, misplaced, utc_now
from fit_toolkit.settings import FILE, Settings, find_practice, load_settings

RUN = "alerts"
OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def checks(folder: Path | None, *, plugins: bool = True, clock: Clock = utc_now) -> tuple[tuple[str, Check], ...]:
    """Give the checks of the practice found from here, as far as its settings can be read."""
    try:
        root = find_practice(folder)
    except ConfigError as error:
        missing = fail if folder is not None else warn
        return (("practice", _says(missing("practice", error.what, "fit init"))),)
    found = ok("practice", str(root))
    try:
        settings = load_settings(root)
    except ConfigError as error:
        wrong = fail("settings", str(error), f"mend it in {FILE}; then: fit config show")
        return (("practice", _says(found)), ("settings", _says(wrong)))
    return (("practice", _says(found)), *_Checks(Practice(root, settings, plugins, clock)).all())


def _says(verdict: Verdict) -> Check:
    return lambda: [verdict]


@dataclass(frozen=True)
class _Checks:
    """What is looked at in a practice whose settings could be read."""

    practice: Practice

    @property
    def settings(self) -> Settings:
        """Its settings."""
        return self.practice.settings

    def all(self) -> tuple[tuple[str, Check], ...]:
        """Every check by its name."""
        return (
            ("settings", lambda: [ok("settings", FILE)]),
            ("language", self.language),
            ("store", self.store),
            ("instruments", self.instruments),
            ("plugins", self.of_plugins),
            ("policies", self.policies),
            ("sections", self.sections),
            ("safety", self.safety),
            ("mail", self.mail),
            ("pseudonyms", self.pseudonyms),
            ("sources", self.sources),
            ("alert run", self.alert_run),
        )

    def language(self) -> Iterator[Verdict]:
        """There is a language pack for the practice's language; forms have their own words."""
        from fit_toolkit.language import has_pack, languages

        code = self.settings.text("practice.language")
        if has_pack(code, self.practice.root):
            yield ok("language", code)
        else:
            there = ", ".join(languages(self.practice.root))
            yield warn("language", "no pack for it, so sheets speak English", f"practice.language in {FILE}: {there}")

    def store(self) -> Iterator[Verdict]:
        """The store can be opened, has the tables of this version, lies on a local disk and is private."""
        if self.settings.text("store.url"):
            yield from self._database()
            return
        from fit_toolkit.store import migrate, sqlite

        path = self.practice.path("store.path")
        try:
            sqlite.check_file(path)
        except FitError as error:
            yield fail("store", error.what, error.hint)
            return
        revision = _revision(path)
        if revision is not None and revision not in migrate.REVISIONS:
            yield fail("store", "written by a newer version of fit-toolkit", "update fit-toolkit")
        elif revision != migrate.HEAD:
            yield warn("store", "has the tables of an older version", "make a copy; the next command updates it")
        else:
            yield ok("store", f"{path.name}, tables {revision}, on a local disk")
        yield _private("store access", path)

    def _database(self) -> Iterator[Verdict]:
        from fit_toolkit.store import open_store

        try:
            open_store(self.settings.text("store.url")).close()
        except FitError as error:
            yield fail("store", error.what, error.hint)
        else:
            yield ok("store", "PostgreSQL answers")

    def instruments(self) -> Iterator[Verdict]:
        """The practice's own definitions have no findings and take no name that is taken."""
        from fit_toolkit import catalog

        yield from self._misplaced("instruments")
        folder = self.practice.root / "instruments"
        files = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
        wrong = 0
        for file in files:
            if findings := catalog.check_file(file):
                wrong += 1
                mend = f"fit instruments check {shlex.quote(str(file))}"
                yield fail("instruments", f"{file.name}: {len(findings)} findings", mend)
        places = [catalog.bundled(), *([folder] if folder.is_dir() else [])]
        try:
            known = len(catalog.build(places).ids())
        except ConfigError as error:
            yield fail("instruments", error.what, error.hint)
            return
        if not wrong:
            yield ok("instruments", f"{known} known, {len(files)} your own")

    def _misplaced(self, folder: str) -> Iterator[Verdict]:
        for file in misplaced(self.practice.root):
            if file.folder == folder:
                yield warn(folder, f"{file.file} is not read", file.advice)

    def of_plugins(self) -> Iterator[Verdict]:
        """Every plugin that is switched on could be loaded."""
        if not self.practice.plugins:
            yield warn("plugins", "left out by --no-plugins")
            return
        yield from self._misplaced("plugins")
        registry = self.practice.registry
        for failure in registry.failures:
            yield fail("plugins", str(failure), "fit plugins list")
        for plugin in registry.plugins:
            if plugin.changed:
                yield warn(
                    "plugins", f"{plugin.name}: {plugin.changed.partition(':')[0]}", f"fit plugins enable {plugin.name}"
                )
        if not registry.failures:
            yield ok("plugins", f"{sum(plugin.state == 'loaded' for plugin in registry.plugins)} loaded")

    def policies(self) -> Iterator[Verdict]:
        """Every policy in the settings can be asked."""
        from fit_toolkit.courses.asking import Asking

        mend = "fit policies check"
        try:
            with Asking(self.practice) as asking:
                failures, count = asking.failures, len({use.id for use in asking.uses})
        except FitError as error:
            yield fail("policies", str(error), mend)
            return
        for failure in failures:
            yield fail("policies", str(failure), mend)
        if count == 0:
            yield warn("policies", "none, so nothing is ever flagged", f"add [[policies]] to {FILE}")
        elif not failures:
            yield ok("policies", f"{count} can be asked")

    def sections(self) -> Iterator[Verdict]:
        """Every section of the sheet in the settings can be asked, and has its template."""
        from fit_toolkit.sheets.sections import problems_before

        count = len(self.settings.sections)
        problems = list(problems_before(self.practice))
        for problem in problems:
            yield fail("sections", problem, f"mend [[sections]] in {FILE}, or: fit plugins list")
        if count and not problems:
            yield ok("sections", f"{count} on the sheet")

    def safety(self) -> Iterator[Verdict]:
        """It is written down what happens after a worrying answer, and whom to call."""
        empty = [name for name in ("safety.protocol", "safety.contact") if not self.settings.text(name).strip()]
        if empty:
            mend = f"fill in {' and '.join(empty)} in {FILE}"
            yield warn("safety", "not written: what happens after a worrying answer", mend)
        else:
            yield ok("safety", "protocol and contact are written")

    def mail(self) -> Iterator[Verdict]:
        """Where alerts go by mail, a server and a sender are named, and the password is private."""
        channels = self.settings.texts("alerts.channels")
        if "email" not in channels:
            yield ok("mail", f"not used; alerts go to {', '.join(channels) or 'nobody'}")
            return
        empty = [name for name in ("mail.host", "mail.from") if not self.settings.text(name)]
        if empty:
            yield fail("mail", "alerts go by mail, but it is not set up", f"fill in {' and '.join(empty)} in {FILE}")
            return
        yield ok("mail", f"{self.settings.text('mail.host')}:{self.settings.number('mail.port')}")
        if name := self.settings.text("mail.password_file"):
            file = self.practice.root / name
            yield (
                _private("mail password", file)
                if file.is_file()
                else fail("mail password", "no such file", f"see {FILE}")
            )

    def pseudonyms(self) -> Iterator[Verdict]:
        """Where clients get pseudonyms, their key is there, private, and not in the practice."""
        from fit_toolkit.practice.pseudonyms import SETTING, read_own_key

        if not self.settings.flag("import.pseudonyms") and not self.settings.text(SETTING):
            return
        try:
            read_own_key(self.practice)
        except FitError as error:
            yield fail("pseudonyms", f"{error.where}: {error.what}".removeprefix(": "), error.hint)
        else:
            yield ok("pseudonyms", "their key is there, and private; is there a copy in another place?")

    def sources(self) -> Iterator[Verdict]:
        """Every source that fit fetch knows can be asked as it is written, and its secret is private; nobody is asked."""
        from fit_toolkit.intake.fetch import secret_file, sources_of

        root = self.practice.root
        try:
            found = sources_of(self.settings.tables.get("sources", {}), root)
        except FitError as error:
            yield fail("sources", str(error), f"mend [sources] in {FILE}")
            return
        for name, source in found.items():
            file = secret_file(source, root)
            if file is not None and not file.is_file():
                yield fail(f"source {name}", "the file with its token or password is not there", f"see {FILE}")
            elif file is not None:
                yield _private(f"source {name}", file)
            else:
                yield ok(f"source {name}", "its secret is expected in the environment")

    def alert_run(self) -> Iterator[Verdict]:
        """Alerts were looked for lately, and the last run came to an end."""
        from fit_toolkit.store import freshness, migrate, outbox, runs

        path = self.practice.path("store.path")
        if not self.settings.text("store.url") and (not path.exists() or _revision(path) != migrate.HEAD):
            return  # said already; and opening it would update it
        with self.practice.store.read() as c:
            last = runs.last_run(c, RUN)
            lost = sum(message["severity"] == "safety" for message in outbox.list_messages(c, states=["dead"]))
        self.practice.store.close()
        if lost:
            yield warn(
                "messages",
                f"given up, about safety: {lost}",
                "fit alerts outbox --state given-up says why; fit alerts resend",
            )
        if last is None:
            yield warn("alert run", "never yet", "fit alerts run")
            return
        age = self.practice.now() - last["finished_at"]
        found = f"{age.days} days ago" if age.days else f"{age.seconds // 3600} hours ago"
        if age > freshness.allowed(self.settings):
            yield warn("alert run", found, "fit alerts run, and let cron call it every morning")
        else:
            yield ok("alert run", found)


def _revision(path: Path) -> str | None:
    """Read which migration the store is at, without changing anything."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError:
            return None
    return str(row[0]) if row else None


def _private(check: str, path: Path) -> Verdict:
    if os.name != "posix":
        return ok(check, "as the folder's access list says")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & OPEN_TO_OTHERS:
        return fail(check, f"other accounts may open it ({mode:04o})", f"chmod 600 {shlex.quote(str(path))}")
    return ok(check, f"yours alone ({mode:04o})")
