"""JSON is parsed as in RFC 8259, without the extensions of Python's parser."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mini_ml.adapters.http.reading.json_bodies import parse_json
from mini_ml.errors import InvalidRequest


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{'a': 1}",
        b"[1,]",
        b"NaN",
        b'{"a": NaN}',
        b"[Infinity]",
        b"[-Infinity]",
        b"[1e999]",
        b"[-1e999]",
        b'{"a": 1, "a": 2}',
        b'{"x": [{"a": 1, "b": 2, "a": 3}]}',
        b'["\\ud800"]',
        b'{"\\udc00": 1}',
        b"\xff\xfe",
        b"\xc3\x28",
        b"[" * 100_000,
        b"[" + b"9" * 5_000 + b"]",
        b'"\x00"',
        b"1 2",
    ],
)
def test_json_that_is_not_strict_is_malformed(body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        parse_json(body)


@pytest.mark.parametrize(
    ("body", "meaning"),
    [
        (b'{"a": [1, 2.5, null, true, "x"]}', {"a": [1, 2.5, None, True, "x"]}),
        (b'["\\ud83d\\ude00"]', ["\N{GRINNING FACE}"]),
        ('["ç"]'.encode(), ["ç"]),
        (b"3", 3),
        (b"[1e-400]", [0.0]),
    ],
)
def test_strict_json_is_read(body: bytes, meaning: object) -> None:
    assert parse_json(body) == meaning


@given(st.binary(max_size=200))
def test_no_bytes_cause_a_server_error(body: bytes) -> None:
    with contextlib.suppress(InvalidRequest):
        parse_json(body)


def test_no_nesting_causes_a_server_error_at_any_stack_depth() -> None:
    for depth in range(1, 1200):
        with contextlib.suppress(InvalidRequest):
            parse_json(b'["\\u0041",' + b"[" * depth + b"]" * depth + b"]")
