"""How bytes become text: UTF-8, each byte that is no UTF-8 as Windows-1252, and cells without their guard."""

import codecs
from typing import Final

from mini_ml.ml.records.spreadsheets import unguarded

BOM: Final = codecs.BOM_UTF8
_ERRORS: Final = "mini_ml_cp1252"


def decode(cell: bytes) -> str:
    """Decode UTF-8; an invalid byte changes neither its neighbours nor any other cell."""
    return cell.decode("utf-8", _ERRORS)


def cell_text(cell: bytes) -> str:
    """Return what a cell says, untrimmed; every cell of a CSV, to train on or to score, is read through here."""
    text = cell.decode("utf-8", _ERRORS)
    return unguarded(text) if cell[:1] == b"'" else text  # looked at for every cell, so without a call


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Decode the first offending byte alone and go on behind it."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _CP1252[error.object[error.start]], error.start + 1


def _one_byte(byte: int) -> str:
    """Five bytes have no meaning in Windows-1252; browsers read them as control characters, and so do we."""
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


_CP1252: Final = tuple(_one_byte(byte) for byte in range(256))
codecs.register_error(_ERRORS, _as_cp1252)
