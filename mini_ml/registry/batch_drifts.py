"""What the batches of a model version say about their drift: written once by each, listed newest first."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from mini_ml import errors, keys
from mini_ml.contracts import BatchDrift
from mini_ml.parallel import map_parallel
from mini_ml.ports import ObjectStore
from mini_ml.topology import encoded_bytes

_READ_AT_ONCE: Final = 16
"""Number of documents to read in parallel before the page is checked for its end."""
_MOST_BYTES: Final = 2_000_000
"""Size of the listed documents, encoded, after which a page ends: each has an entry for each column."""


@dataclass(frozen=True, kw_only=True)
class BatchDriftPage:
    """The drift of some batches, newest first, and the cursor of the next page; None on the last page."""

    batches: tuple[BatchDrift, ...]
    cursor: str | None


def store_batch_drift(store: ObjectStore, model_name: str, version: int, found: BatchDrift) -> None:
    """Store the drift of a batch; what an earlier attempt at the same batch stored stays, and is the same."""
    key = keys.batch_drift(model_name, version, found.job_id, found.created_at)
    with suppress(errors.AlreadyExists):
        store.put_new(key, found.model_dump_json().encode())


def list_batch_drifts(
    store: ObjectStore, model_name: str, version: int, *, limit: int, cursor: str | None
) -> BatchDriftPage:
    """Return the drift of up to `limit` batches of a version, fewer if they are large.

    Raises:
        InvalidName: the cursor is malformed.
    """
    prefix = keys.batch_drifts(model_name, version)
    after = "" if cursor is None else f"{prefix}{keys.validate_cursor(cursor)}.json"
    listed = list(store.list_keys(prefix, start_after=after, limit=limit + 1))
    found: list[BatchDrift] = []
    size = 0
    for read, drift in enumerate(_read_ahead(store, listed[:limit]), start=1):
        if drift is not None:
            found.append(drift)
            size += encoded_bytes(drift.model_dump_json())
        if read < len(listed) and (size > _MOST_BYTES or read == limit):
            return BatchDriftPage(batches=tuple(found), cursor=_cursor_of(listed[read - 1], prefix))
    return BatchDriftPage(batches=tuple(found), cursor=None)


def _cursor_of(key: str, prefix: str) -> str:
    return key.removeprefix(prefix).removesuffix(".json")


def _read_ahead(store: ObjectStore, listed: Sequence[str]) -> Iterator[BatchDrift | None]:
    """Yield the document of each key, in their order; some are read in parallel before they are needed."""
    for start in range(0, len(listed), _READ_AT_ONCE):
        yield from map_parallel(lambda key: _load(store, key), listed[start : start + _READ_AT_ONCE])


def _load(store: ObjectStore, key: str) -> BatchDrift | None:
    """Return a stored document; None if it was removed meanwhile, or a newer release wrote it in another form."""
    try:
        return BatchDrift.model_validate_json(store.get(key).body, extra="ignore")
    except (errors.ObjectMissing, ValidationError):
        return None
