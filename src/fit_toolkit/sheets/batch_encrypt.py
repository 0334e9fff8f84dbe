"""AES-256 for the PDFs of a batch, through pikepdf, which only those who want this install."""

from __future__ import annotations

import io
import stat
from pathlib import Path
from typing import Any

from fit_toolkit.errors import ConfigError

SHORTEST = 8


def pikepdf() -> Any:
    """Give the library, or say how to get it."""
    try:
        import pikepdf as library
    except ImportError as error:
        raise ConfigError("encrypted PDFs need pikepdf", hint='pip install "fit-toolkit[encrypt]"') from error
    return library


def read_password(file: Path) -> str:
    """Read the first line of a file that nobody else can read; a password on a command line could be seen by everybody."""
    try:
        mode = file.stat().st_mode
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise ConfigError(
            "the password file cannot be read", where=str(file), hint="see sheets.password_file in fit.toml"
        ) from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigError("others can read the password file", where=str(file), hint="chmod 600")
    password = lines[0].strip() if lines else ""
    if len(password) < SHORTEST:
        raise ConfigError(
            f"the password is shorter than {SHORTEST} characters",
            where=str(file),
            hint="write a longer one into its first line",
        )
    return password


def encrypted(pdf: bytes, password: str) -> bytes:
    """Encrypt a PDF with AES-256; screen readers may read it, and it may be printed."""
    library = pikepdf()
    target = io.BytesIO()
    with library.open(io.BytesIO(pdf)) as opened:
        rule = library.Encryption(owner=password, user=password, R=6, aes=True, metadata=True)
        opened.save(target, encryption=rule, object_stream_mode=library.ObjectStreamMode.preserve)
    return target.getvalue()


def decrypted(pdf: bytes, password: str) -> bytes:
    """Take the encryption off again, to put sheets together."""
    library = pikepdf()
    target = io.BytesIO()
    with library.open(io.BytesIO(pdf), password=password) as opened:
        opened.save(target, object_stream_mode=library.ObjectStreamMode.disable, deterministic_id=True)
    return target.getvalue()


def opens(pdf: bytes, password: str) -> bool:
    """Whether a PDF is encrypted with this very password, or, without one, not at all."""
    if b"/Encrypt" not in pdf or not password:
        return (b"/Encrypt" in pdf) == bool(password)
    library = pikepdf()
    try:
        with library.open(io.BytesIO(pdf), password=password):
            return True
    except library.PasswordError:
        return False
