"""Counts the steps of whatever is done in this process: every statement of every SQLite connection, and every sending."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from fit_toolkit import Channel, Message

Step = Callable[[str], None]


def at_every_step(step: Step, *channels: type[Channel]) -> None:
    """Call `step` before each SQL statement (also the one that begins, commits or rolls back) and around each sending.

    For the rest of this process's life.
    """
    connect = sqlite3.dbapi2.connect

    def traced(*arguments: Any, **named: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **named)
        connection.set_trace_callback(step)
        return connection

    sqlite3.connect = sqlite3.dbapi2.connect = traced  # type: ignore[assignment]
    for channel in channels:
        _around(channel, step)


def _around(channel: type[Channel], step: Step) -> None:
    real = channel.deliver

    def deliver(self: Channel, message: Message) -> None:
        step("before sending")
        real(self, message)
        step("after sending")

    channel.deliver = deliver  # type: ignore[method-assign]
