"""The names of versions: what a number, `latest` or an alias means, and how aliases are moved and removed."""

from pydantic import ValidationError

from mini_ml import errors, keys
from mini_ml.contracts import Alias
from mini_ml.ports import Cloud, ObjectStore, StoredObject
from mini_ml.registry import versions


def resolve(store: ObjectStore, model_name: str, version: str) -> int:
    """Return the version number that a number, an alias or `latest` means now.

    Raises:
        InvalidName: the model name or the version is malformed.
        ModelNotFound, VersionNotFound, AliasNotFound: it does not exist.
    """
    keys.validate_model_name(model_name)
    keys.validate_version(version)
    if version == keys.LATEST:
        latest = versions.find_latest(store, model_name)
        if latest is None:
            raise versions.missing_model(store, model_name)
        return latest.version
    if version.isdigit():
        number = int(version)
        if not versions.is_published(store, model_name, number):
            raise versions.missing_version(store, model_name, version)
        return number
    return _resolve_alias(store, model_name, version)


def _resolve_alias(store: ObjectStore, model_name: str, name: str) -> int:
    version = load_target(store, model_name, name)
    if version is None:
        if versions.find_newest(store, model_name) == 0:
            raise versions.missing_model(store, model_name)
        issue = errors.Issue(parameter="alias", reason="no such alias", hint="GET /models/{model_name} lists them")
        raise errors.AliasNotFound(f"Model {model_name} has no alias {name}.", issues=[issue])
    return version


def list_alias_names(store: ObjectStore, model_name: str, *, limit: int) -> list[str]:
    """Return the first names of a model's aliases, in byte order, including those that were removed."""
    return [keys.alias_in_key(key) for key in store.list_keys(keys.aliases(model_name), limit=limit)]


def load_target(store: ObjectStore, model_name: str, name: str) -> int | None:
    """Return the version number of an alias; None if there is no such alias."""
    stored = _load_alias(store, model_name, name)
    return _parse_alias(stored).version if stored else None


def move_alias(cloud: Cloud, model_name: str, name: str, version: int) -> Alias:
    """Point an alias at an existing version, atomically.

    Raises:
        InvalidName: the model name or the alias is malformed.
        ModelNotFound, VersionNotFound: the version does not exist.
        AliasMoved: another request moved it at the same moment.
    """
    store = cloud.artifacts
    resolve(store, model_name, str(version))
    moved = Alias(alias=keys.validate_alias(name), version=version, updated_at=cloud.now())
    _write_alias(store, model_name, moved, _load_alias(store, model_name, name))
    return moved


def remove_alias(cloud: Cloud, model_name: str, name: str) -> None:
    """Remove an alias by writing a tombstone, since not every S3 has conditional deletes.

    Raises:
        InvalidName, ModelNotFound, AliasNotFound: there is no such alias.
        AliasMoved: another request moved it at the same moment.
    """
    store = cloud.artifacts
    keys.validate_alias(name)
    resolve(store, model_name, name)
    tombstone = Alias(alias=name, version=None, updated_at=cloud.now())
    _write_alias(store, model_name, tombstone, _load_alias(store, model_name, name))


def _load_alias(store: ObjectStore, model_name: str, name: str) -> StoredObject | None:
    try:
        return store.get(keys.alias(model_name, name))
    except errors.ObjectMissing:
        return None


def _parse_alias(stored: StoredObject) -> Alias:
    try:
        return Alias.model_validate_json(stored.body, extra="ignore")
    except ValidationError as error:
        raise errors.ArtifactRejected("An alias is damaged; move it again.") from error


def _write_alias(store: ObjectStore, model_name: str, alias: Alias, stored: StoredObject | None) -> None:
    """Write an alias over exactly what was read. Raises AliasMoved if it has changed since."""
    key, body = keys.alias(model_name, alias.alias), alias.model_dump_json().encode()
    try:
        if stored is None:
            store.put_new(key, body)
        else:
            store.replace(key, body, etag=stored.head.etag)
    except (errors.AlreadyExists, errors.StaleWrite) as error:
        if store.get(key).body == body:
            return  # our own write, repeated by the S3 client
        raise errors.AliasMoved(f"Alias {alias.alias} was moved at the same moment. Get it, then try again.") from error
