"""Channel `example-name`: puts each message as a file into a folder that another program watches."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, ClassVar

from msgspec import Meta

from fit_toolkit import Channel, DeliveryError, Message, hookimpl

fit_hook_api = "1.0"  # the version of the hooks this is written for


class ExampleName(Channel, frozen=True):
    """Writes one text file for each message; the same message again takes the place of the first."""

    kind: ClassVar[str] = "example-name"  # its name under [alerts] channels in fit.toml

    # A setting: it stands in fit.toml under [channels.example-name]. A path in full, because cron starts anywhere.
    folder: Annotated[str, Meta(pattern=r"^[~/]", description="where the files go: a path in full, or ~/...")]

    def deliver(self, message: Message) -> None:
        """Hand one message over; coming back without an error means that it was taken."""
        name = hashlib.sha256(message.key.encode()).hexdigest()[:16]  # the same message, the same file
        folder = Path(self.folder).expanduser()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            hidden = folder / f".{name}"
            hidden.write_text(
                f"To: {message.recipient}\nSubject: {message.subject}\n\n{message.body}", encoding="utf-8"
            )
            hidden.replace(folder / f"{name}.txt")  # whoever watches sees whole files only
        except OSError as error:
            # permanent=False: try again at the next run. Never put the message itself into an error.
            raise DeliveryError(f"cannot be written: {error.strerror}", permanent=False) from None


@hookimpl
def register_channels() -> list[type[Channel]]:
    """Tell the toolkit which channels are here."""
    return [ExampleName]
