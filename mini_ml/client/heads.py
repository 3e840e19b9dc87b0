"""Take the first bytes of a file that is too large to be sent whole."""

from pathlib import Path
from typing import Final

_GZIP: Final = b"\x1f\x8b"


def read_head(file: Path, size: int) -> bytes:
    """Return at most `size` bytes of a CSV, up to its last line end; a gzip file is cut where it is."""
    with file.open("rb") as content:
        head = content.read(size)
    if head.startswith(_GZIP):
        return head
    last = max(head.rfind(b"\n"), head.rfind(b"\r"))
    return head[: last + 1] if last >= 0 else head
