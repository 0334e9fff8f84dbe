"""Channels that raise, end the program, hang, fork, or disturb the process they run in."""

import locale
import os
import sys
import time

from fit_toolkit import Channel, hookimpl

fit_hook_api = "1.0"
__version__ = "2.5"


class Raises(Channel, frozen=True):
    """Raises."""

    kind = "raises"

    def deliver(self, message):
        raise ValueError(f"CANARY {message.body}")


class Exits(Channel, frozen=True):
    """Ends the program."""

    kind = "exits"

    def deliver(self, message):
        sys.exit(0)


class Leaves(Channel, frozen=True):
    """Ends the process without a word."""

    kind = "leaves"

    def deliver(self, message):
        os._exit(0)


class Hangs(Channel, frozen=True):
    """Never comes back."""

    kind = "hangs"

    def deliver(self, message):
        time.sleep(60)


class Forks(Channel, frozen=True):
    """Forks, and both copies go on."""

    kind = "forks"

    def deliver(self, message):
        os.fork()


class Disturbs(Channel, frozen=True):
    """Changes locale, working directory and environment."""

    kind = "disturbs"

    def deliver(self, message):
        os.environ["TZ"] = "Pacific/Kiritimati"
        os.chdir("/")
        locale.setlocale(locale.LC_ALL, "C.UTF-8" if locale.setlocale(locale.LC_ALL) == "C" else "C")


@hookimpl
def register_channels():
    return [Raises, Exits, Leaves, Hangs, Forks, Disturbs]
