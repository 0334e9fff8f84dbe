"""Pseudonyms made at the door with a key that stays outside the practice: the same person, the same code, no way back."""

from __future__ import annotations

import hmac
import os
import re
import secrets
import stat
import unicodedata
from pathlib import Path
from typing import Final

from fit_toolkit.errors import ConfigError, DataError

ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"  # no i, l, o, u: nobody reads one for another
FORM: Final = re.compile(f"k[{ALPHABET}]{{12}}")
_BODY, _CHECK = 10, 2  # characters of five bits each
_SIZE: Final = 32
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
HOW: Final = "fit pseudonym --new-key FILE makes one; name it in fit.toml: [import] pseudonym_key_file"


class Pseudonyms:
    """Turns whatever a file calls people into pseudonyms; blanks around it, capitals and widths make no difference.

    A pseudonym ends in two characters that only the key can make, so that one that comes in again stays as it is.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._texts: dict[str, str] = {}

    @property
    def mark(self) -> str:
        """What tells this key from another, and nothing more about it."""
        return hmac.digest(self._key, b"mark", "sha256").hex()[:16]

    def of(self, text: str) -> str:
        """Give the pseudonym of a text; nothing stays nothing, and a pseudonym of this key itself."""
        plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
        if not plain or self.is_own(plain):
            return plain
        body = self._characters(b"client\0" + plain.encode("utf-8", "surrogatepass"), _BODY)
        made = f"k{body}{self._check(body)}"
        if self._texts.setdefault(made, plain) != plain:
            raise DataError(
                "two people of this file would get the same pseudonym", hint="give one of them another code"
            )
        return made

    def is_own(self, text: str) -> bool:
        """Say whether a text is a pseudonym made with this key."""
        return FORM.fullmatch(text) is not None and hmac.compare_digest(text[-_CHECK:], self._check(text[1:-_CHECK]))

    def _check(self, body: str) -> str:
        return self._characters(b"check\0" + body.encode(), _CHECK)

    def _characters(self, message: bytes, count: int) -> str:
        number = int.from_bytes(hmac.digest(self._key, message, "sha256"))
        return "".join(ALPHABET[number >> 5 * at & 31] for at in range(count))


def make_key(file: Path, *practice: Path) -> None:
    """Write a new key, readable by its owner alone; a file that is there is never touched."""
    _outside(file, practice)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ConfigError(
            "there is a file of this name already", where=str(file), hint="a key is never replaced"
        ) from None
    except OSError as error:
        raise ConfigError(f"the key cannot be written: {error.strerror}", where=str(file)) from None
    with os.fdopen(handle, "w", encoding="ascii") as opened:
        opened.write(secrets.token_hex(_SIZE) + "\n")


def read_key(file: Path, *practice: Path) -> Pseudonyms:
    """Read the key of a practice; one that lies in the practice, or that others may read, is refused."""
    _outside(file, practice)
    try:
        if os.name == "posix" and file.stat().st_mode & _OTHERS:
            raise ConfigError("others may read the key of the pseudonyms", where=str(file), hint=f"chmod 600 {file}")
        key = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except OSError as error:
        raise ConfigError(
            f"the key of the pseudonyms cannot be read: {error.strerror}", where=str(file), hint=HOW
        ) from None
    except ValueError:
        key = b""
    if len(key) != _SIZE:
        raise ConfigError(
            "this is no key of pseudonyms", where=str(file), hint="restore it; another key would name everybody anew"
        )
    return Pseudonyms(key)


def _outside(file: Path, practice: tuple[Path, ...]) -> None:
    """Refuse a place in the practice: its copies and backups would hold the key beside what it protects."""
    for folder in practice:
        if file.resolve().is_relative_to(folder.resolve()):
            raise ConfigError("the key of the pseudonyms must not lie in the practice", where=str(file),
                              hint="put it where the practice's backups do not reach")  # fmt: skip
