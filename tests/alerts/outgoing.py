"""Staff and settings for tests of who is told: three therapists, a supervisor, an administrator, channels that only remember."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest

from fit_toolkit.alerts import deliver as delivery
from fit_toolkit.alerts.channels import Opened
from fit_toolkit.model.parts import Channel, Message
from fit_toolkit.practice import Practice
from fit_toolkit.settings import load_settings
from fit_toolkit.store import outbox, people
from fit_toolkit.store import schema as s
from tests.clinic import START, Clinic

CARE = '\n[[policies]]\nid = "safe"\nkind = "risk"\ninstrument = "arriving-today"\nscale = "q7"\n'
LOW = '\n[[policies]]\nid = "low"\nkind = "cutoff"\ninstrument = "today-together-client"\nline = 5.0\noperator = "<"\n'
DROP = '\n[[policies]]\nid = "drop"\nkind = "drop"\ninstrument = "today-together-client"\npoints = 2.0\n'


def clinic_with(folder: Path, *, policies: str = LOW + DROP + CARE, day: int = 20, **settings: Any) -> Clinic:
    """A practice with a supervisor (sue) over anna and ben, and an administrator (adam)."""
    clinic = Clinic(folder / "practice", policies=policies, day=day)
    use(clinic, **settings)
    with clinic.practice.store.begin() as c:
        people.add_staff(c, "sue", role="supervisor", starts_on=START, email="sue@clinic.example")
        people.add_staff(c, "adam", role="administrator", starts_on=START, email="adam@clinic.example")
        people.add_staff(c, "carl", role="therapist", starts_on=START, email="carl@clinic.example", supervisor="sue")
    return clinic


def copy_of(clinic: Clinic, folder: Path) -> Clinic:
    """The same practice in a folder of its own, for a test to change."""
    twin = copy.copy(clinic)
    clinic.practice.store.close()
    twin.root = Path(shutil.copytree(clinic.root, folder / "copy"))
    use(twin)
    return twin


def use(clinic: Clinic, **settings: Any) -> None:
    """Run with these settings (alerts__channels for alerts.channels)."""
    flags = {name.replace("__", "."): value for name, value in settings.items()}
    clinic.practice = Practice(clinic.root, load_settings(clinic.root, flags=flags), True, clinic.clock)


def messages(clinic: Clinic, *states: str) -> list[dict[str, Any]]:
    """The rows of the outbox, with the code of whom each goes to."""
    with clinic.practice.store.read() as c:
        codes = {one.id: one.code for one in people.list_staff(c)}
        rows = outbox.list_messages(c, states=states or ("due",))
    return [row | {"to": codes.get(row["recipient_staff_id"])} for row in rows]


def sent(clinic: Clinic) -> None:
    """All that is due has gone out."""
    with clinic.practice.store.begin() as c:
        c.execute(s.outbox.update().where(s.outbox.c.state == "due").values(state="sent", attempts=1))


def leave(clinic: Clinic, code: str, day: int, *, heir: str | None = None) -> None:
    """A member of staff leaves after a day; their episodes go to `heir`, or stay with nobody."""
    on = START + timedelta(days=day)
    with clinic.practice.store.begin() as c:
        if heir is not None:
            for episode in people.list_episodes(c):
                held = episode.therapist_on(on)
                if held is not None and held.staff == code:
                    people.transfer(c, episode.code, heir, on=on)
        c.execute(s.staff.update().where(s.staff.c.code == code).values(ends_on=on))


def day_of(number: int) -> date:
    return START + timedelta(days=number)


class Remembering(Channel, frozen=True):
    """Keeps what it was given, after doing whatever the test asks for."""

    kind: ClassVar[str] = "stdout"
    box: list[Message]
    before: Any = None

    def deliver(self, message: Message) -> None:
        if self.before is not None:
            self.before(message)
        self.box.append(message)


@dataclass
class Post:
    """Channels under the test's control in place of the practice's."""

    box: list[Message] = field(default_factory=list)
    before: Any = None
    problems: dict[str, str] = field(default_factory=dict)
    kinds: tuple[str, ...] = ("stdout",)

    @contextmanager
    def installed(self) -> Iterator[Post]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(delivery, "open_channels", self.open)
            yield self

    def open(self, practice: object, kinds: object = ()) -> Opened:
        return Opened({kind: Remembering(box=self.box, before=self.before) for kind in self.kinds}, dict(self.problems))


def plain(message: Message) -> dict[str, Any]:
    return dict(msgspec.structs.asdict(message))
