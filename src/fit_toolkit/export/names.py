"""What people and episodes are called in an export: pseudonyms made with a key that stays with the practice."""

from __future__ import annotations

import base64
import hmac
import os
import secrets
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from fit_toolkit.errors import ConfigError

KEY: Final = ".fit-export-key"  # in the practice, beside the store and never in it
LONG: Final = 12  # letters and digits of a pseudonym, five bits each: no two of a million clients meet
_SIZE: Final = 32
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class Names:
    """Codes as they stand in an export: pseudonyms made with `key`, or as they are without one."""

    def __init__(self, key: bytes | None) -> None:
        self._key = key
        self._made: dict[tuple[str, str], str] = {}

    @property
    def plain(self) -> bool:
        """Whether codes are told as they are."""
        return self._key is None

    @property
    def hide(self) -> bool:
        """Whether codes are pseudonyms."""
        return self._key is not None

    def client(self, code: str) -> str:
        """Name a client."""
        return self._name("p", code)

    def episode(self, code: str) -> str:
        """Name an episode."""
        return self._name("e", code)

    def therapist(self, code: str) -> str:
        """Name a member of staff; nobody stays nobody."""
        return self._name("t", code) if code else ""

    def born(self, year: int | None) -> str:
        """Give a year of birth, or with pseudonyms five years together."""
        if year is None:
            return ""
        return str(year) if self._key is None else f"{year - year % 5}-{year - year % 5 + 4}"

    def _name(self, kind: str, code: str) -> str:
        if self._key is None:
            return code
        if (kind, code) not in self._made:
            digest = hmac.digest(self._key, f"{kind}\0{code}".encode(), "sha256")
            self._made[kind, code] = kind + base64.b32encode(digest).decode().lower()[:LONG]
        return self._made[kind, code]


def fresh_key() -> bytes:
    """Make a key that nobody will have again."""
    return secrets.token_bytes(_SIZE)


def own_key(root: Path) -> bytes:
    """Read the practice's own key; made when it is first needed, readable by its account alone."""
    file = root / KEY
    if not os.path.lexists(file):
        try:
            _make(file)
        except OSError as error:
            raise ConfigError(f"the key of exports cannot be made: {error.strerror}", where=str(file)) from None
    return _read(file)


def _make(file: Path) -> None:
    """Make the key so that it is there whole or not at all, and only one where two exports begin at once."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f"{KEY}-", suffix=".part")
    made = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as opened:
            opened.write(fresh_key().hex() + "\n")
            opened.flush()
            os.fsync(opened.fileno())
        with suppress(FileExistsError):
            if os.name == "nt":
                made.rename(file)  # refuses there to take the place of another
            else:
                os.link(made, file)
    finally:
        made.unlink(missing_ok=True)


def _read(file: Path) -> bytes:
    try:
        if os.name == "posix" and file.stat().st_mode & _OTHERS:
            raise ConfigError("others may read the key of exports, which names who is who", where=str(file),
                              hint=f"chmod 600 {file}")  # fmt: skip
        key = bytes.fromhex(file.read_text(encoding="ascii"))
    except OSError as error:
        raise ConfigError(f"the key of exports cannot be read: {error.strerror}", where=str(file)) from None
    except ValueError:
        key = b""
    if len(key) != _SIZE:
        raise ConfigError("this is no key of exports any more", where=str(file),
                          hint="put back the copy you kept (fit backup holds no keys); with another one clients get other pseudonyms")  # fmt: skip
    return key
