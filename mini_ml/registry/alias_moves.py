"""Move and remove aliases, and keep a journal of who moved them, when, from where, to where and why.

The document of an alias holds its last move. After it is written (If-Match), that move is copied to the journal, with a
create-only write of a key that depends on the number of the move. If a writer dies in between, the next one makes the
copy before it replaces the document. So a move is in the journal only if the alias really made it. A move is lost only
if its writer died in between, and the document is then restored or damaged before the next move.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from pydantic import ValidationError

from mini_ml import errors, keys
from mini_ml.contracts import Alias, AliasMove
from mini_ml.parallel import map_parallel
from mini_ml.ports import Cloud, ObjectStore
from mini_ml.registry.aliases import build_missing_alias, find_alias, parse_alias, resolve


@dataclass(frozen=True, kw_only=True)
class AliasHistory:
    """An alias and some of its moves, newest first."""

    alias: Alias
    moves: tuple[AliasMove, ...]
    cursor: int | None
    """Number of the move before which the next page begins; None on the last page."""


@dataclass(frozen=True, kw_only=True)
class _PresentAlias:
    """The document of an alias before a move."""

    alias: Alias | None
    """None if there is none, or it is damaged."""
    etag: str | None
    """None if there is no document."""

    @property
    def is_damaged(self) -> bool:
        """Return whether there is a document that cannot be read."""
        return self.alias is None and self.etag is not None

    @property
    def version(self) -> int | None:
        """Return where the alias points; None if nowhere."""
        return self.alias.version if self.alias else None


def move_alias(
    cloud: Cloud,
    model_name: str,
    name: str,
    version: int,
    *,
    moved_by: str,
    reason: str | None = None,
    check: Callable[[int], str] | None = None,
) -> Alias:
    """Point an alias at an existing version, atomically. An alias that points there already is left as it is.

    Args:
        cloud: the ports.
        model_name: the model.
        name: the alias.
        version: the version to point at.
        moved_by: name of the credential, for the journal.
        reason: why, for the journal.
        check: called with the version that the alias points at, if it points at another one. It returns a reason, for
            the case that none is given, or raises an error, which stops the move.

    Raises:
        InvalidName: the model name or the alias is malformed.
        ModelNotFound, VersionNotFound: the version does not exist.
        AliasMoved: another request moved it at the same moment, or since the check.
        ArtifactRejected: the alias is damaged, so there is nothing to check. Without `check`, moving repairs it.
    """
    store = cloud.artifacts
    resolve(store, model_name, str(version))
    present = _load_present(store, model_name, keys.validate_alias(name))
    if present.alias is not None and present.version == version:
        return present.alias
    if check is not None and present.is_damaged:
        raise errors.ArtifactRejected(
            f"Alias {name} is damaged, so version {version} cannot be compared with the one that it pointed to. "
            "Move the alias without `if_better`."
        )
    if check is not None and present.version is not None:
        found = check(present.version)
        reason = reason or found
    return _write_move(cloud, model_name, name, present, to=version, moved_by=moved_by, reason=reason)


def remove_alias(cloud: Cloud, model_name: str, name: str, *, moved_by: str, reason: str | None = None) -> None:
    """Remove an alias by writing a tombstone, since not every S3 has conditional deletes.

    Args:
        cloud: the ports.
        model_name: the model.
        name: the alias.
        moved_by: name of the credential, for the journal.
        reason: why, for the journal.

    Raises:
        InvalidName, ModelNotFound, AliasNotFound: there is no such alias.
        AliasMoved: another request moved it at the same moment.
    """
    store = cloud.artifacts
    present = _load_present(store, keys.validate_model_name(model_name), keys.validate_alias(name))
    if present.version is None and not present.is_damaged:
        raise build_missing_alias(store, model_name, name)
    _write_move(cloud, model_name, name, present, to=None, moved_by=moved_by, reason=reason)


def load_history(
    store: ObjectStore, model_name: str, name: str, *, limit: int, before: int | None = None
) -> AliasHistory:
    """Return an alias with up to `limit` of its moves, newest first, beginning before the move number `before`.

    Raises:
        InvalidName, ModelNotFound, AliasNotFound: there is no such alias, and no journal of one that was removed.
    """
    stored = find_alias(store, keys.validate_model_name(model_name), keys.validate_alias(name))
    if stored is None:
        raise build_missing_alias(store, model_name, name)
    alias = parse_alias(stored)
    latest = [alias.move] if alias.move is not None and (before is None or alias.move.number < before) else []
    start = before if before is not None and not latest else alias.move.number if alias.move else None
    after = "" if start is None else keys.alias_move(model_name, name, start)
    wanted = limit - len(latest)
    found = list(store.list_keys(keys.alias_moves(model_name, name), start_after=after, limit=wanted + 1))
    moves = (*latest, *map_parallel(lambda key: _load_move(store, key), found[:wanted]))
    if alias.version is None and not moves and before is None:
        raise build_missing_alias(store, model_name, name)
    return AliasHistory(alias=alias, moves=moves, cursor=moves[-1].number if len(found) > wanted else None)


def _load_present(store: ObjectStore, model_name: str, name: str) -> _PresentAlias:
    stored = find_alias(store, model_name, name)
    if stored is None:
        return _PresentAlias(alias=None, etag=None)
    try:
        return _PresentAlias(alias=parse_alias(stored), etag=stored.head.etag)
    except errors.ArtifactRejected:
        return _PresentAlias(alias=None, etag=stored.head.etag)  # moving an alias repairs it


def _write_move(
    cloud: Cloud,
    model_name: str,
    name: str,
    present: _PresentAlias,
    *,
    to: int | None,
    moved_by: str,
    reason: str | None,
) -> Alias:
    store, now = cloud.artifacts, cloud.now()
    last = present.alias.move if present.alias else None
    newest = _find_newest(store, model_name, name)
    if last is not None and last.number > newest:
        _store_move(store, model_name, name, last)  # its writer died before it did so
    move = AliasMove(
        number=1 + max(last.number if last else 0, newest),
        moved_at=now,
        moved_by=moved_by,
        from_version=present.version,
        to_version=to,
        reason=reason,
    )
    moved = Alias(alias=name, version=to, updated_at=now, move=move)
    _write_alias(store, model_name, moved, present.etag)
    with suppress(errors.StorageUnavailable):  # the alias has moved; the next writer makes up for it
        _store_move(store, model_name, name, move)
    return moved


def _store_move(store: ObjectStore, model_name: str, name: str, move: AliasMove) -> None:
    """Copy the last move of an alias to the journal, unless it is there already."""
    try:
        store.put_new(keys.alias_move(model_name, name, move.number), move.model_dump_json().encode())
    except errors.AlreadyExists:
        return


def _find_newest(store: ObjectStore, model_name: str, name: str) -> int:
    """Return the number of the newest move in the journal, or 0.

    It is not in the alias if an earlier release wrote that, or if an earlier version of it was restored.
    """
    newest = next(iter(store.list_keys(keys.alias_moves(model_name, name), limit=1)), None)
    return keys.move_number_in_key(newest) if newest else 0


def _load_move(store: ObjectStore, key: str) -> AliasMove:
    try:
        return AliasMove.model_validate_json(store.get(key).body, extra="ignore")
    except ValidationError as error:
        raise errors.ArtifactRejected("A move of an alias is damaged.") from error


def _write_alias(store: ObjectStore, model_name: str, alias: Alias, etag: str | None) -> None:
    """Write an alias over exactly what was read. Raises AliasMoved if it has changed since."""
    key, body = keys.alias(model_name, alias.alias), alias.model_dump_json().encode()
    try:
        if etag is None:
            store.put_new(key, body)
        else:
            store.replace(key, body, etag=etag)
    except (errors.AlreadyExists, errors.StaleWrite) as error:
        if store.get(key).body == body or _is_in_journal(store, model_name, alias):
            return  # our own write, repeated by the S3 client
        raise errors.AliasMoved(f"Alias {alias.alias} was moved at the same moment. Get it, then try again.") from error


def _is_in_journal(store: ObjectStore, model_name: str, alias: Alias) -> bool:
    """Return whether an alias was written, and moved on by another writer."""
    assert alias.move is not None
    try:
        return _load_move(store, keys.alias_move(model_name, alias.alias, alias.move.number)) == alias.move
    except errors.ObjectMissing:
        return False
