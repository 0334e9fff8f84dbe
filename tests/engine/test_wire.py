"""What comes over the wire is read for exactly what is due, and refused otherwise; nothing is ever unpickled."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fit_toolkit.engine import wire
from fit_toolkit.errors import ContractError


def reading(content: bytes) -> Callable[[int], bytes]:
    stream = io.BytesIO(content)

    def read(count: int) -> bytes:
        part = stream.read(count)
        if len(part) < count:
            raise EOFError
        return part

    return read


def npy(values: object, **options: bool) -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.asarray(values), **options)
    return stream.getvalue()


@given(st.lists(st.floats(allow_nan=False), max_size=20), st.integers(0, 2**40))
def test_a_message_arrives_as_it_was_sent(values: list[float], serial: int) -> None:
    pieces = wire.pack("find", serial, {"kind": "ä"}, {"x": np.array(values), "m": np.array(values) > 0})
    envelope, blobs = wire.unpack(reading(b"".join(pieces)))

    assert (envelope.op, envelope.serial, envelope.body) == ("find", serial, {"kind": "ä"})
    assert wire.array(blobs["x"], dtype="<f8", length=len(values)).tolist() == values
    assert wire.array(blobs["m"], dtype="?").tolist() == [value > 0 for value in values]


def test_what_arrives_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        wire.array(npy([1.0, 2.0]))[0] = 3
    with pytest.raises(ValueError, match="WRITEABLE"):
        wire.array(npy([1.0, 2.0])).setflags(write=True)


@pytest.mark.parametrize(
    "content",
    [
        b"x\n{}\n",
        b"-1\n",
        b"\n",
        b"9999999999999999\n",
        b"99999999999\n{}",
        b"2\n[]\n",
        b"2\n{}\n",
        b"3\n\xff\xfe{\n",
        b'39\n{"op":"x","serial":1,"blobs":[["a",-5]]}\n',
        b'41\n{"op":"x","serial":1,"body":{},"extra":true}\n',
        pickle.dumps({"op": "x"}),
    ],
)
def test_bytes_in_another_form_are_refused(content: bytes) -> None:
    with pytest.raises((ContractError, EOFError)):
        wire.unpack(reading(content))


def test_an_answer_that_announces_more_than_it_can_hold_is_refused_unread() -> None:
    content = b"".join(wire.pack("done", 1, {}, {"x": np.zeros(1000)}))
    with pytest.raises(ContractError, match="longer than it can be"):
        wire.unpack(reading(content), most_bytes=100)


def test_an_answer_that_is_cut_short_ends_the_reading() -> None:
    content = b"".join(wire.pack("done", 1, {}, {"x": np.zeros(10)}))
    for length in range(len(content)):
        with pytest.raises(EOFError):
            wire.unpack(reading(content[:length]))


@pytest.mark.parametrize(
    ("blob", "says"),
    [
        (npy([1.0, 2.0]), "the shape"),
        (npy([[1.0, 2.0, 3.0]]), "the shape"),
        (npy(5.0), "the shape"),
        (npy([1, 2, 3]), "the type int64"),
        (npy(np.array([1, 2, 3], "f4")), "the type float32"),
        (npy(["a", "b", "c"]), "the type <U1"),
        (npy(np.array([{}, [], None], object), allow_pickle=True), "the shape"),
        (npy([1.0, 2.0, 3.0])[:-1], "cut short"),
        (npy([1.0, 2.0, 3.0]) + b"x", "cut short"),
        (b"", "no array"),
        (b"\x93NUMPY\x01\x00\x10\x00{'descr': 'nope'}", "no array"),
        (pickle.dumps([1.0, 2.0, 3.0]), "no array"),
    ],
)
def test_a_column_of_another_type_or_length_is_refused(blob: bytes, says: str) -> None:
    with pytest.raises(ContractError, match=says):
        wire.array(blob, dtype="<f8", length=3)


def test_a_huge_announced_shape_takes_no_memory() -> None:
    head = npy([1.0])[:128].replace(b"(1,)", b"(1000000000000,)".ljust(4))
    with pytest.raises(ContractError):
        wire.array(head, dtype="<f8", length=1)


def test_a_mask_holds_true_and_false_only() -> None:
    blob = bytearray(npy([True, False, True]))
    blob[-1] = 7
    with pytest.raises(ContractError, match="other than true and false"):
        wire.array(bytes(blob), dtype="?", length=3)
