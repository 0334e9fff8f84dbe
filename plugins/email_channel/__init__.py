"""Channel `email`: hands each message to a mail server over SMTP."""

from __future__ import annotations

from fit_toolkit import Channel, hookimpl

from .channel import EmailChannel


@hookimpl
def register_channels() -> list[type[Channel]]:
    """Give the channel."""
    return [EmailChannel]
