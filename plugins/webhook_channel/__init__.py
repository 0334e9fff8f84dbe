"""Channel `webhook`: posts each message, signed, to one address of the practice's choosing."""

from __future__ import annotations

from fit_toolkit import Channel, hookimpl

from .channel import WebhookChannel


@hookimpl
def register_channels() -> list[type[Channel]]:
    """Give the channel."""
    return [WebhookChannel]
