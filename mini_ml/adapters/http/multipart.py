"""Normalise multipart bodies for the parser, which accepts less than RFC 2046 allows."""

_HEADERS_END = b"\r\n\r\n"


def add_missing_bodies(form: bytes, boundary: bytes) -> bytes:
    """Add an empty body to every part that has none.

    A part may end after its headers (RFC 2046, 5.1.1), and some gateways send empty fields this way. The parser would
    treat the following boundary and the next part as the content of the field.
    """
    delimiter = b"--" + boundary
    return delimiter.join(_add_missing_body(part) for part in form.split(delimiter))


def _add_missing_body(part: bytes) -> bytes:
    """Return a part, with the line break of an empty body if it ends after its headers."""
    ends_with_headers = part.find(_HEADERS_END) == len(part) - len(_HEADERS_END) > 0
    return part + b"\r\n" if ends_with_headers else part
