"""How large an answer becomes when AWS Lambda encodes it: a JSON document with the body as a string inside."""

import json
from typing import Final

_MOST_BYTES_OF_A_CHARACTER: Final = 12
"""A character beyond the 65,536 most common ones becomes two escapes of six bytes."""


def encoded_bytes(answer: object) -> int:
    """Return the size of an answer, or of a body in it, as awslambdaric encodes it.

    Quotes are escaped, and so is every character that is not ASCII: `"São"` takes 14 bytes. awslambdaric leaves these
    characters as they are only if `AWS_EXECUTION_ENV` names Python 3.12 or later; the images have 3.11.
    """
    return len(json.dumps(answer))


def is_larger_encoded(body: str, most_bytes: int) -> bool:
    """Return whether a body is larger than that as Lambda encodes it; short bodies are not encoded to find out."""
    return len(body) * _MOST_BYTES_OF_A_CHARACTER + 2 > most_bytes and encoded_bytes(body) > most_bytes
