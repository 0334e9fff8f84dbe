"""A channel that lays every message into a folder, one file each."""

from pathlib import Path
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from fit_toolkit import Channel, DeliveryError, Message, hookimpl

fit_hook_api = "1.0"


class SpoolChannel(Channel, frozen=True):
    """Writes one file a message, named by its key."""

    kind: ClassVar[str] = "spool"
    address: ClassVar[Literal["code", "email"]] = "code"

    folder: Annotated[str, Meta(min_length=1, description="the folder")]
    prefix: Annotated[str, Meta(description="before every subject")] = ""

    def deliver(self, message: Message) -> None:
        try:
            folder = Path(self.folder)
            folder.mkdir(exist_ok=True)
            text = f"to {message.recipient} ({message.severity})\n{self.prefix}{message.subject}\n\n{message.body}"
            (folder / f"{message.key}.txt").write_text(text, encoding="utf-8")
        except OSError as error:
            raise DeliveryError("the folder cannot be written to", permanent=False) from error


@hookimpl
def register_channels():
    return [SpoolChannel]
