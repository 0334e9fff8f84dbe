"""Channel `apprise`: hands each message to one of the many services the library Apprise knows, such as ntfy or Matrix."""

from __future__ import annotations

from fit_toolkit import Channel, hookimpl

from .channel import AppriseChannel


@hookimpl
def register_channels() -> list[type[Channel]]:
    """Give the channel."""
    return [AppriseChannel]
