"""JSON is parsed as in RFC 8259, without the extensions of Python's parser."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mini_ml.errors import InvalidRequest, Issue
from mini_ml.strict_json import InvalidJson, parse, parse_body


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
        parse_body(body)


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
    assert parse_body(body) == meaning


@given(st.binary(max_size=200))
def test_no_bytes_cause_a_server_error(body: bytes) -> None:
    with contextlib.suppress(InvalidRequest):
        parse_body(body)


def test_no_nesting_causes_a_server_error_at_any_stack_depth() -> None:
    for depth in range(1, 1200):
        with contextlib.suppress(InvalidRequest):
            parse_body(b'["\\u0041",' + b"[" * depth + b"]" * depth + b"]")


def test_the_error_of_a_body_names_the_body_and_the_place() -> None:
    with pytest.raises(InvalidRequest) as raised:
        parse_body(b"[\n")

    reason = "not valid JSON: Expecting value at line 2, column 1"
    assert raised.value.detail == f"The body is {reason}."
    assert raised.value.issues == (Issue(parameter="body", reason=reason),)


def test_a_surrogate_in_text_is_rejected_as_its_escape_is() -> None:
    with pytest.raises(InvalidJson, match="unpaired surrogate"):
        parse('["\ud800"]')
