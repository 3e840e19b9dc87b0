"""Multipart bodies as RFC 2046 allows them, in the narrower shape that the parser reads."""

_HEADERS_END = b"\r\n\r\n"


def with_bodies(form: bytes, boundary: bytes) -> bytes:
    """Give every part without a body an empty one.

    A part may end with the line break of its last header (RFC 2046, 5.1.1); some gateways write an empty field so. The
    parser would read the boundary that follows as its content, and the next part with it.
    """
    delimiter = b"--" + boundary
    return delimiter.join(_with_body(part) for part in form.split(delimiter))


def _with_body(part: bytes) -> bytes:
    """Return what stands between two delimiters; a part without a body ends where its headers do."""
    ends_with_headers = part.find(_HEADERS_END) == len(part) - len(_HEADERS_END) > 0
    return part + b"\r\n" if ends_with_headers else part
