"""Detect files that are not CSV, and suggest how to convert them."""

import re
from typing import Final

SIGNATURE_BYTES: Final = 4096
"""Bytes at the start of a file that are enough to detect its format."""

_SIGNATURES: Final = (
    (b"\x1f\x8b", "a gzip archive", "unpack it and send the CSV inside"),
    (b"PK\x03\x04", "a zip archive", "unpack it and send the CSV inside"),
    (b"PK\x05\x06", "an empty zip archive", "send a CSV"),
    (b"BZh", "a bzip2 archive", "unpack it and send the CSV inside"),
    (b"\xfd7zXZ\x00", "an xz archive", "unpack it and send the CSV inside"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", "unpack it and send the CSV inside"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it and send the CSV inside"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image", "send a CSV"),
    (b"\xff\xd8\xff", "a JPEG image", "send a CSV"),
    (b"GIF8", "a GIF image", "send a CSV"),
    (b"%PDF-", "a PDF document", "export its table as CSV"),
    (b"PAR1", "a Parquet file", "export it as CSV"),
    (b"ARROW1", "an Arrow file", "export it as CSV"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (xls)", "save it as CSV UTF-8"),
    (b"SQLite format 3\x00", "an SQLite database", "export a table as CSV"),
    (b"\x7fELF", "a program", "send a CSV"),
    (b"\x80\x04\x95", "a Python pickle", "export it as CSV"),
    (b"\x80\x05\x95", "a Python pickle", "export it as CSV"),
    (b"{\\rtf", "an RTF document", "save it as CSV"),
    (b"\x00\x00\xfe\xff", "UTF-32 text", "save it as CSV UTF-8"),
    (b"\xff\xfe\x00\x00", "UTF-32 text", "save it as CSV UTF-8"),
    (b"\xff\xfe", "UTF-16 text", "save it as CSV UTF-8"),
    (b"\xfe\xff", "UTF-16 text", "save it as CSV UTF-8"),
)
_JSON: Final = re.compile(rb'\s*(?:\{\s*(?:"|\}|$)|\[\s*(?:[\[{"\]]|-?[0-9.]+\s*[,\]]|$))')
_MARKUP: Final = re.compile(rb"\s*<(?:\?xml\b|!doctype\b|!--|(?:html|head|body|table|svg)\b)", re.IGNORECASE)
_CONTROL: Final = bytes(set(range(32)) - set(b"\t\n\r\f\v\x1b\x1a"))
_MAX_CONTROL_FRACTION: Final = 0.02


def looks_like(head: bytes) -> tuple[str, str] | None:
    """Return the format of a file and a hint on what to send instead; None if it may be a CSV.

    Args:
        head: the first `SIGNATURE_BYTES` of the file.
    """
    for signature, kind, hint in _SIGNATURES:
        if head.startswith(signature):
            return _workbook(head) if signature == b"PK\x03\x04" else (kind, hint)
    body = head.removeprefix(b"\xef\xbb\xbf")
    if _JSON.match(body):
        return "JSON", "send a CSV with a header line; JSON rows are scored by POST /models/{name}/invocations"
    if _MARKUP.match(body):
        return "XML or HTML", "send a CSV with a header line"
    return _by_bytes(body)


def _workbook(head: bytes) -> tuple[str, str]:
    """Return whether a zip archive is an Excel workbook, an OpenDocument spreadsheet or something else."""
    if b"xl/" in head or b"[Content_Types].xml" in head:
        return "an Excel workbook (xlsx)", "save it as CSV UTF-8"
    if b"opendocument" in head:
        return "an OpenDocument spreadsheet", "save it as CSV UTF-8"
    return "a zip archive", "unpack it and send the CSV inside"


def _by_bytes(body: bytes) -> tuple[str, str] | None:
    """Detect UTF-16 without byte order mark, and binary data, by their zero and control bytes."""
    for first in (0, 1):
        zeros, others = body[first::2], body[1 - first :: 2]
        if len(zeros) > 1 and zeros.count(0) > 0.8 * len(zeros) and others.count(0) < 0.2 * len(others):
            return "UTF-16 text", "save it as CSV UTF-8"
    control = len(body) - len(body.translate(None, _CONTROL))
    # A few zero bytes in a text are reported later, with their line numbers.
    if control > max(8, _MAX_CONTROL_FRACTION * len(body)):
        return "binary data", "send a CSV, encoded as UTF-8"
    return None
