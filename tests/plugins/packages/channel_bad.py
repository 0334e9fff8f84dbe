"""Channels, each wrong in its own way."""

import socket

from fit_toolkit import Channel, DeliveryError, hookimpl

fit_hook_api = "1.0"
__version__ = "2.5"


class Raises(Channel, frozen=True):
    """Lets the error of its library out."""

    kind = "raises"

    def deliver(self, message):
        socket.create_connection(("pager.example.org", 443), timeout=1)


class Fussy(Channel, frozen=True):
    """Knows one subject only."""

    kind = "fussy"

    def deliver(self, message):
        if "Bcc" in message.subject:
            raise ValueError(message.subject)


class Silent(Channel, frozen=True):
    """Refuses without a word."""

    kind = "silent"

    def deliver(self, message):
        raise DeliveryError("", permanent=True)


class Once(Channel, frozen=True):
    """Keeps a file for each key."""

    kind = "once"

    def deliver(self, message):
        with open(message.key, "x") as file:
            file.write(message.body)


@hookimpl
def register_channels():
    return [Raises, Fussy, Silent, Once]
