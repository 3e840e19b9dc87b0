"""The names of versions: what a number, `latest` or an alias means."""

from pydantic import ValidationError

from mini_ml import errors, keys
from mini_ml.contracts import Alias
from mini_ml.ports import ObjectStore, StoredObject
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
        raise build_missing_alias(store, model_name, name)
    return version


def list_alias_names(store: ObjectStore, model_name: str, *, limit: int) -> list[str]:
    """Return the first names of a model's aliases, in byte order, including those that were removed."""
    return [keys.alias_in_key(key) for key in store.list_keys(keys.aliases(model_name), limit=limit)]


def load_target(store: ObjectStore, model_name: str, name: str) -> int | None:
    """Return the version number of an alias; None if there is no such alias."""
    stored = find_alias(store, model_name, name)
    return parse_alias(stored).version if stored else None


def find_alias(store: ObjectStore, model_name: str, name: str) -> StoredObject | None:
    """Return the stored document of an alias; None if it was never moved."""
    try:
        return store.get(keys.alias(model_name, name))
    except errors.ObjectMissing:
        return None


def parse_alias(stored: StoredObject) -> Alias:
    """Parse the document of an alias; fields of a newer release are ignored. Raises ArtifactRejected."""
    try:
        return Alias.model_validate_json(stored.body, extra="ignore")
    except ValidationError as error:
        raise errors.ArtifactRejected("An alias is damaged; move it again.") from error


def build_missing_alias(store: ObjectStore, model_name: str, name: str) -> errors.NotFound:
    """Return the error for an alias that does not exist: AliasNotFound, or ModelNotFound without any version."""
    if versions.find_newest(store, model_name) == 0:
        return versions.missing_model(store, model_name)
    issue = errors.Issue(parameter="alias", reason="no such alias", hint="GET /models/{model_name} lists them")
    return errors.AliasNotFound(f"Model {model_name} has no alias {name}.", issues=[issue])
