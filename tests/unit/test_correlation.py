"""Correlation ids of clients are used only if they are well formed."""

import re
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mini_ml.correlation import parse_correlation_id

ALLOWED = string.ascii_letters + string.digits + "._:=+-"


@pytest.mark.parametrize(
    "sent",
    [
        "0f8fad5b-d9cb-469f-a165-70867728950e",
        "Root=1-67891233-abcdef012345678912345678",
        "01JDMZ8Q5T",
        "a",
        "x" * 128,
        "order:17.retry+2",
    ],
)
def test_ids_of_common_tools_are_used_as_they_are(sent: str) -> None:
    assert parse_correlation_id(sent) == sent


@pytest.mark.parametrize("sent", [None, "", "x" * 129, "-rf", ".hidden", "a b", "a\n", "a\r\nSet-Cookie: x", '"', "é"])
def test_a_missing_or_malformed_id_is_not_used(sent: str | None) -> None:
    assert parse_correlation_id(sent) is None


@given(sent=st.text() | st.text(alphabet=ALLOWED) | st.text(alphabet=ALLOWED + "\r\n\x00\x7f'\"$`{}"))
@example(sent="a\n")
@example(sent="a\u0661")
def test_an_id_that_is_used_is_short_and_has_allowed_characters_only(sent: str) -> None:
    used = parse_correlation_id(sent)

    assert used in (None, sent)
    assert used is None or (0 < len(used) <= 128 and set(used) <= set(ALLOWED) and used[0].isalnum())


@given(sent=st.from_regex(re.compile(r"[A-Za-z0-9][A-Za-z0-9._:=+-]{0,127}"), fullmatch=True))
def test_every_well_formed_id_is_used(sent: str) -> None:
    assert parse_correlation_id(sent) == sent
