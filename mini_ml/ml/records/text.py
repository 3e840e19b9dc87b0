"""Decode cells: UTF-8, invalid bytes as Windows-1252, and without the guard against formulas."""

import codecs
from typing import Final

from mini_ml.spreadsheets import unguard

BOM: Final = codecs.BOM_UTF8
_ERRORS: Final = "mini_ml_cp1252"


def decode(cell: bytes) -> str:
    """Decode UTF-8; each invalid byte is decoded as Windows-1252, the bytes around it are not affected."""
    return cell.decode("utf-8", _ERRORS)


def cell_text(cell: bytes) -> str:
    """Return the text of a cell, untrimmed. Training and scoring both read every CSV cell with this function."""
    text = cell.decode("utf-8", _ERRORS)
    return unguard(text) if cell[:1] == b"'" else text  # checked inline, since this runs for every cell


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Decode the first invalid byte and continue after it."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _CP1252[error.object[error.start]], error.start + 1


def _one_byte(byte: int) -> str:
    """Decode a byte as Windows-1252; its five undefined bytes become control characters, as in browsers."""
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


_CP1252: Final = tuple(_one_byte(byte) for byte in range(256))
codecs.register_error(_ERRORS, _as_cp1252)
