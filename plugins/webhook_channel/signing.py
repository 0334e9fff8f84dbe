"""Signs what is posted, in the way of the Standard Webhooks specification, for which receivers find ready libraries.

Signed is `id.timestamp.body`, so that neither an old message can be sent once more nor a text be changed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import stat
from pathlib import Path

from fit_toolkit import DeliveryError

SHORTEST = 24  # bytes
MARK = "whsec_"  # what follows is base64


def headers_for(key: str, body: bytes, secrets: list[bytes], *, now: int) -> dict[str, str]:
    """Return the headers that say who sent a body and when; one signature for each secret, for a change of secrets."""
    signed = b".".join((key.encode(), str(now).encode(), body))
    made = [base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode() for secret in secrets]
    return {
        "webhook-id": key,
        "webhook-timestamp": str(now),
        "webhook-signature": " ".join(f"v1,{one}" for one in made),
        "Idempotency-Key": key,
    }


def secrets_in(file: Path) -> list[bytes]:
    """Read the secrets from a file of their own, one a line; they never stand in fit.toml."""
    try:
        with file.open(encoding="utf-8") as opened:
            if os.name == "posix" and stat.S_IMODE(os.fstat(opened.fileno()).st_mode) & 0o077:
                raise unusable("others can read the secret file: chmod 600")
            lines = [line.strip() for line in opened if line.strip()]
    except (OSError, UnicodeDecodeError):
        raise unusable("the secret file cannot be read") from None
    try:
        secrets = [
            base64.b64decode(line.removeprefix(MARK), validate=True) if line.startswith(MARK) else line.encode()
            for line in lines
        ]
    except binascii.Error:
        raise unusable(f"a secret that begins with {MARK} goes on in base64") from None
    if not secrets or min(len(secret) for secret in secrets) < SHORTEST:
        raise unusable(f"the secret is missing, or shorter than {SHORTEST} letters")
    return secrets


def unusable(what: str) -> DeliveryError:
    """Nothing can go out before a person mends something; no message is to blame."""
    return DeliveryError(what, permanent=False, channel=True)
