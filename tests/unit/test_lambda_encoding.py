"""The size of an answer is measured as AWS Lambda's runtime encodes it."""

import json

import pytest
from awslambdaric.lambda_runtime_marshaller import to_json
from hypothesis import given
from hypothesis import strategies as st

from mini_ml.topology import encoded_bytes, is_larger_encoded


@given(st.text())
def test_the_size_of_an_answer_is_that_of_the_encoder_of_aws(body: str) -> None:
    answer = {"statusCode": 200, "headers": {"content-type": "text/plain"}, "body": body, "isBase64Encoded": False}

    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("AWS_EXECUTION_ENV", raising=False)  # newer runtimes than that of the images do not escape
        assert encoded_bytes(answer) == len(to_json(answer).encode())


@given(st.text(), st.integers(min_value=0, max_value=200))
def test_a_body_exceeds_a_size_if_its_encoded_form_is_longer(body: str, most: int) -> None:
    assert is_larger_encoded(body, most) == (encoded_bytes(body) > most)


@pytest.mark.parametrize(("label", "encoded"), [("no", 8), ("São", 14), ('"no"', 16), ("😀", 18)])
def test_quotes_and_characters_beyond_ascii_are_escaped(label: str, encoded: int) -> None:
    assert encoded_bytes(json.dumps(label, ensure_ascii=False)) == encoded
