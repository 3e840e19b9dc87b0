"""Read a CSV that may be packed with gzip, as a stream: it is never held unpacked."""

import zlib
from typing import BinaryIO, Final, Protocol

from mini_ml.errors import InvalidDataset, Issue, LimitExceeded
from mini_ml.topology import MIB, Limits

GZIP_MAGIC: Final = b"\x1f\x8b"
"""The first bytes of every gzip file."""
_PACKED_CHUNK: Final = 1 << 16
_MAX_RATIO: Final = Limits().gzip_ratio
_ANY_RATIO_BYTES: Final = 16 * MIB
"""Unpacked size up to which a file of equal rows may be packed as small as it can be."""
_GZIP_ONLY: Final = zlib.MAX_WBITS | 16


class Source(Protocol):
    """Bytes to read from their start to their end."""

    packed_bytes: int
    """Bytes read so far, as they are stored."""
    is_packed: bool
    """Whether the file is packed with gzip."""

    def read(self, size: int) -> bytes:
        """Return the next bytes: `size` of them, or fewer at the end; none after it."""


def open_source(source: BinaryIO, *, max_bytes: int, max_ratio: int = _MAX_RATIO) -> Source:
    """Return a source that unpacks a gzip file, and returns other files as they are.

    Args:
        source: the file, at its start.
        max_bytes: maximum size of the unpacked file.
        max_ratio: maximum size of a large unpacked file as a multiple of its packed size.
    """
    start = source.read(len(GZIP_MAGIC))
    return _Gzip(source, start, max_bytes, max_ratio) if start == GZIP_MAGIC else _Plain(source, start)


class _Plain:
    """A file that is not packed."""

    def __init__(self, source: BinaryIO, start: bytes) -> None:
        self._source = source
        self._start = start
        self.packed_bytes = 0
        self.is_packed = False

    def read(self, size: int) -> bytes:
        chunk = self._source.read(size - len(self._start)) if self._start else self._source.read(size)
        if self._start:
            chunk, self._start = self._start + chunk, b""
        self.packed_bytes += len(chunk)
        return chunk


class _Gzip:
    """A gzip file of one or several members, unpacked while it is read.

    Raises InvalidDataset if it is truncated or damaged, and LimitExceeded if it unpacks to more than is allowed.
    """

    def __init__(self, source: BinaryIO, start: bytes, max_bytes: int, max_ratio: int) -> None:
        self._source = source
        self._packed = start
        self._max_ratio = max_ratio
        self._max_bytes = max_bytes
        self._member = zlib.decompressobj(_GZIP_ONLY)
        self._size = 0
        self.packed_bytes = len(start)
        self.is_packed = True

    def read(self, size: int) -> bytes:
        parts: list[bytes] = []
        missing = size
        while missing and (part := self._unpack(missing)):
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def _unpack(self, most: int) -> bytes:
        """Return at least one unpacked byte and at most `most`; none at the end of the file."""
        while True:
            if self._member.eof and not self._begin_member():
                return b""
            if not self._packed and not self._fill():
                raise _damaged("the gzip file is truncated", "upload the complete file")
            part = self._decompress(most)
            if part:
                self._count(len(part))
                return part

    def _decompress(self, most: int) -> bytes:
        try:
            part = self._member.decompress(self._packed, most)
        except zlib.error as error:
            raise _damaged("the gzip file is damaged", "pack the file again") from error
        self._packed = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
        return part

    def _begin_member(self) -> bool:
        """Begin the next member of the file; return whether there is one. Zero bytes after a member are padding."""
        self._packed = self._packed.lstrip(b"\0")
        while not self._packed and self._fill():
            self._packed = self._packed.lstrip(b"\0")
        if not self._packed:
            return False
        self._member = zlib.decompressobj(_GZIP_ONLY)
        return True

    def _fill(self) -> bool:
        self._packed = self._source.read(_PACKED_CHUNK)
        self.packed_bytes += len(self._packed)
        return bool(self._packed)

    def _count(self, size: int) -> None:
        self._size += size
        if self._size > max(_ANY_RATIO_BYTES, self._max_ratio * self.packed_bytes):
            reason = f"more than {self._max_ratio:,} times as many bytes when it is unpacked"
            hint = "send the CSV as it is, or fewer rows"
            raise LimitExceeded(f"The file has {reason}.", issues=[Issue(limit="gzip_ratio", reason=reason, hint=hint)])
        if self._size > self._max_bytes:
            raise LimitExceeded(
                f"The file unpacks to more than the limit of {self._max_bytes:,} bytes.",
                issues=[
                    Issue(
                        limit="upload_bytes",
                        reason=f"more than {self._max_bytes:,} bytes when it is unpacked",
                        hint="split the file",
                    )
                ],
            )


def _damaged(reason: str, hint: str) -> InvalidDataset:
    return InvalidDataset(f"{reason[0].upper()}{reason[1:]}.", issues=[Issue(reason=reason, hint=hint, line=1)])
