"""Channel `pager`: messages for a gateway that sends each file of a folder to a telephone."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, ClassVar

from msgspec import Meta

from fit_toolkit import Channel, DeliveryError, Message, hookimpl

fit_hook_api = "1.0"

Number = Annotated[str, Meta(pattern=r"^\+[0-9]{6,15}$")]


class Pager(Channel, frozen=True):
    """Writes one file for each message, with the telephone number of whoever is to get it in the first line."""

    kind: ClassVar[str] = "pager"

    folder: Annotated[str, Meta(pattern=r"^[~/]", description="the gateway's folder: a path in full, or ~/...")]
    numbers: Annotated[dict[str, Number], Meta(description="the number of each member of staff, by code")]

    def deliver(self, message: Message) -> None:
        """Hand one message to the gateway."""
        number = self.numbers.get(message.recipient)
        if number is None:
            # permanent=True: trying again is of no use before somebody mends fit.toml.
            raise DeliveryError("no number under [channels.pager] numbers", permanent=True)
        name = hashlib.sha256(message.key.encode()).hexdigest()[:16]  # the same message, the same file
        folder = Path(self.folder).expanduser()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            hidden = folder / f".{name}"
            hidden.write_text(f"To: {number}\n\n{message.subject}\n", encoding="utf-8")
            hidden.replace(folder / f"{name}.txt")  # the gateway sees whole files only
        except OSError as error:
            # permanent=False: the next run tries again.
            raise DeliveryError(f"cannot be written: {error.strerror}", permanent=False) from None


@hookimpl
def register_channels() -> list[type[Channel]]:
    """Tell the toolkit which channels are here."""
    return [Pager]
