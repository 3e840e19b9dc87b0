"""A file may be packed with gzip: it is read as a stream, within limits, as if it were not packed."""

import gzip
import random
from collections import deque
from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mini_ml.errors import InvalidDataset, LimitExceeded
from mini_ml.ml.records.unpack import open_source
from tests.unit.ml_reading.models import LIMITS, classifier, score, table

ROWS = "".join(f"{place},{place % 3},{'ab'[place % 2]}\n" for place in range(50))
CSV = ("x,k,y\n" + ROWS).encode()
NOISE = random.Random(7).randbytes(300_000).hex().encode()


def read_all(packed: bytes, *, size: int = 1 << 16, max_bytes: int = 1 << 30) -> bytes:
    source = open_source(BytesIO(packed), max_bytes=max_bytes)
    return b"".join(iter(lambda: source.read(size), b""))


@given(st.binary(max_size=300), st.integers(1, 70), st.integers(1, 3))
def test_any_bytes_are_the_same_packed_and_not(content: bytes, size: int, members: int) -> None:
    packed = gzip.compress(content) * members

    assert read_all(packed, size=size) == content * members


@given(st.binary(max_size=300).filter(lambda content: content[:2] != b"\x1f\x8b"), st.integers(1, 70))
def test_a_file_that_is_not_packed_is_read_as_it_is(content: bytes, size: int) -> None:
    assert read_all(content, size=size) == content


@pytest.mark.parametrize("size", [1, 1000, 1 << 20])
def test_a_read_returns_as_much_as_is_asked_for_until_the_end(size: int) -> None:
    source = open_source(BytesIO(gzip.compress(NOISE)), max_bytes=1 << 30)

    assert len(source.read(size)) == min(size, len(NOISE))


def test_zero_bytes_behind_a_member_are_padding() -> None:
    assert read_all(gzip.compress(b"a") + bytes(70_000) + gzip.compress(b"b") + bytes(9)) == b"ab"


@pytest.mark.parametrize("kept", [2, 5, 10, 100, 100_000, -1])
def test_a_truncated_file_is_rejected_by_name(kept: int) -> None:
    with pytest.raises(InvalidDataset, match="truncated"):
        read_all(gzip.compress(NOISE)[:kept])


@pytest.mark.parametrize("damage", [b"garbage", b"\x1f\x8b garbage"])
def test_a_damaged_file_is_rejected_by_name(damage: bytes) -> None:
    with pytest.raises(InvalidDataset, match=r"damaged|truncated"):
        read_all(gzip.compress(b"a,b\n1,2\n") + damage)


def test_a_file_that_unpacks_to_more_than_the_limit_is_rejected_before_it_is_unpacked_whole() -> None:
    bomb = gzip.compress(b"0" * 30_000_000)
    source = open_source(BytesIO(bomb), max_bytes=1_000_000)

    with pytest.raises(LimitExceeded) as raised:
        deque(iter(lambda: source.read(1 << 16), b""), maxlen=0)

    assert raised.value.issues[0].limit == "upload_bytes"


def test_a_large_file_that_was_packed_to_almost_nothing_is_rejected_before_it_is_unpacked_whole() -> None:
    source = open_source(BytesIO(gzip.compress(b"0" * 60_000_000)), max_bytes=1 << 30, max_ratio=200)
    sizes: list[int] = []

    with pytest.raises(LimitExceeded) as raised:
        sizes.extend(map(len, iter(lambda: source.read(1 << 16), b"")))

    assert raised.value.issues[0].limit == "gzip_ratio"
    assert sum(sizes) < 20_000_000


def test_a_packed_file_is_a_table_like_any_other() -> None:
    packed = table(gzip.compress(CSV))

    assert (packed.names, packed.rows, packed.bytes) == (("x", "k", "y"), 50, len(CSV))
    assert packed.line_of(49) == 51


def test_a_packed_table_above_the_limit_is_rejected() -> None:
    with pytest.raises(LimitExceeded):
        table(gzip.compress(CSV), replace(LIMITS, upload_bytes=200))


@pytest.mark.parametrize("chunk_bytes", [1, 7, 1 << 20])
def test_the_output_of_a_packed_file_is_that_of_the_file(chunk_bytes: int) -> None:
    model = classifier(CSV)

    assert score(model, gzip.compress(CSV), chunk_bytes=chunk_bytes) == score(model, CSV)
