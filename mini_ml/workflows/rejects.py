"""Stores the list of the rows of a file that could not be read."""

from collections.abc import Sequence

from mini_ml.ml.records.bad_rows import BadRow, write_rejects
from mini_ml.ports import ObjectStore
from mini_ml.workflows import transfer


def store_rejects(store: ObjectStore, key: str, rows: Sequence[BadRow]) -> str | None:
    """Store the list of bad rows and return its key; None if there are none, and nothing is stored."""
    if not rows:
        return None
    transfer.put_bytes_once(store, key, write_rejects(rows))
    return key
