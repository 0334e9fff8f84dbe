r"""What travels between this process and a child: a length, one JSON line, and arrays as npy bytes.

    <length of the JSON in decimal>\n<JSON>\n<blob><blob>...

The JSON lists the blobs by name and size. Nothing is pickled: arrays are read by this module, which knows the exact
type and length to expect and reads nothing else.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from fit_toolkit.errors import ContractError

LONGEST_PREFIX = 12
LONGEST_JSON = 8 * 1024 * 1024
MOST_BLOBS = 4096

Read = Callable[[int], bytes]


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The JSON line of a message: what it is, its content, and the blobs that follow with their sizes.

    `serial` is repeated in the answer, so that a stale or doubled answer is never taken for this one.
    """

    op: str
    serial: int
    body: dict[str, Any] = {}
    blobs: tuple[tuple[str, int], ...] = ()


def pack(op: str, serial: int, body: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> list[bytes]:
    """Give the pieces of one message, to be written one after the other."""
    blobs = {name: _npy(array) for name, array in arrays.items()}
    sizes = tuple((name, len(blob)) for name, blob in blobs.items())
    line = msgspec.json.encode(Envelope(op, serial, dict(body), sizes))
    return [b"%d\n%s\n" % (len(line), line), *blobs.values()]


def unpack(read: Read, *, most_bytes: int | None = None) -> tuple[Envelope, dict[str, bytes]]:
    """Read one message with `read(count)`, which gives exactly that many bytes or raises EOFError.

    Raises ContractError where the bytes are no message, or announce more than `most_bytes`.
    """
    size = _prefix(read)
    line = read(size + 1)
    try:
        envelope = msgspec.json.decode(line, type=Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ContractError("the answer is not in the agreed form") from error
    announced = sum(length for _, length in envelope.blobs)
    if len(envelope.blobs) > MOST_BLOBS or any(length < 0 for _, length in envelope.blobs):
        raise ContractError("the answer is not in the agreed form")
    if most_bytes is not None and announced > most_bytes:
        raise ContractError("the answer is longer than it can be")
    return envelope, {name: read(length) for name, length in envelope.blobs}


def array(blob: bytes, *, dtype: str | None = None, length: int | None = None) -> NDArray[Any]:
    """Give the one-dimensional array in `blob`, read-only; refuse another type or length than expected."""
    stream = io.BytesIO(blob)
    try:
        version = np.lib.format.read_magic(stream)
        reader = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, kind = reader(stream)
    except Exception as error:
        raise ContractError("a column of the answer is no array") from error
    if kind.hasobject or len(shape) not in {1, 2} or (length is not None and shape != (length,)):
        raise ContractError(f"a column has the shape {shape} where ({length},) is due")
    if dtype is not None and kind != np.dtype(dtype):
        raise ContractError(f"a column has the type {kind} where {dtype} is due")
    if len(blob) - stream.tell() != int(np.prod(shape)) * kind.itemsize:
        raise ContractError("a column of the answer is cut short")
    values = np.frombuffer(blob, kind, offset=stream.tell()).reshape(shape)
    if kind == np.bool_ and len(values) and values.view(np.uint8).max() > 1:
        raise ContractError("a mask of the answer holds something other than true and false")
    return values


def _npy(values: NDArray[Any]) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.ascontiguousarray(values), allow_pickle=False)
    return stream.getvalue()


def _prefix(read: Read) -> int:
    digits = b""
    while (byte := read(1)) != b"\n":
        digits += byte
        if not byte.isdigit() or len(digits) > LONGEST_PREFIX:
            raise ContractError("the answer is not in the agreed form")
    size = int(digits or b"-1")
    if not 0 <= size <= LONGEST_JSON:
        raise ContractError("the answer is not in the agreed form")
    return size
