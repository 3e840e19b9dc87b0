"""The registry in S3: which versions a model has, which one a name means, and how aliases move."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from mini_ml import errors, keys
from mini_ml.contracts import Alias, Manifest
from mini_ml.ports import Cloud, ObjectStore, StoredObject


@dataclass(frozen=True, kw_only=True)
class ModelSummary:
    """A model, its versions and its aliases."""

    model_name: str
    latest: int | None
    """None where every version was superseded at its birth, which the protocol never lets happen."""
    versions: int
    aliases: dict[str, int]


def newest(store: ObjectStore, model_name: str, *, at_least: int = 0) -> int:
    """Return the highest published version number, 0 where there is none.

    Version numbers have no gaps, so it gallops: doubling steps upwards from `at_least` (which must exist), then
    halving ones, each a HEAD. It never lists.
    """
    known, step = at_least, 1
    while _published(store, model_name, known + step):
        known, step = known + step, step * 2
    while step > 1:
        step //= 2
        if _published(store, model_name, known + step):
            known += step
    return known


def _published(store: ObjectStore, model_name: str, version: int) -> bool:
    try:
        store.head(keys.manifest(model_name, version))
    except errors.ObjectMissing:
        return False
    return True


def manifest(store: ObjectStore, model_name: str, version: int) -> Manifest:
    """Return the manifest of a version, which says so itself. Raises as `checked_manifest` and `manifest_document`."""
    return checked_manifest(manifest_document(store, model_name, version), model_name, version)


def manifest_document(store: ObjectStore, model_name: str, version: int) -> bytes:
    """Return the manifest of a version as it is stored. Raises ModelNotFound or VersionNotFound."""
    try:
        return store.get(keys.manifest(model_name, version)).body
    except errors.ObjectMissing as error:
        raise missing_version(store, model_name, str(version)) from error


def manifest_in(document: bytes) -> Manifest:
    """Read a stored manifest; fields of a newer release are passed over. Raises ArtifactRejected where it is none."""
    try:
        return Manifest.model_validate_json(document, extra="ignore")
    except ValidationError as error:
        raise errors.ArtifactRejected("A manifest is damaged.") from error


def checked_manifest(document: bytes, model_name: str, version: int) -> Manifest:
    """Read what is stored as the manifest of a version. Raises ArtifactRejected where it is none, or another's."""
    found = manifest_in(document)
    if (found.model_name, found.version) != (model_name, version):
        raise errors.ArtifactRejected(
            f"The manifest of {model_name} {version} is that of {found.model_name} {found.version}."
        )
    return found


def missing_version(store: ObjectStore, model_name: str, asked: str) -> errors.NotFound:
    """Return the error for a version that is not there: of the model, or of this version of it."""
    last = newest(store, model_name)
    if last == 0:
        return missing_model(store, model_name)
    return errors.VersionNotFound(
        f"Model {model_name} has versions 1 to {last}; there is no version {asked}.",
        issues=[errors.Issue(parameter="version", reason="no such version", hint=f"use 1 to {last}, or `latest`")],
    )


def missing_model(store: ObjectStore, model_name: str) -> errors.ModelNotFound:
    """Return the error for a model that has no version, naming the model that was perhaps meant."""
    near = difflib.get_close_matches(model_name, list(model_names(store)), n=1)
    hint = f"did you mean `{near[0]}`?" if near else "GET /models lists them"
    fault = errors.Issue(parameter="model_name", reason="no model has this name", hint=hint)
    return errors.ModelNotFound(f"There is no model {model_name}.", issues=[fault])


def latest(store: ObjectStore, model_name: str, *, at_least: int = 0) -> Manifest | None:
    """Return the manifest that `latest` means: the highest version that is not superseded."""
    for version in range(newest(store, model_name, at_least=at_least), 0, -1):
        found = manifest(store, model_name, version)
        if not found.superseded:
            return found
    return None


def resolve(store: ObjectStore, model_name: str, version: str) -> int:
    """Return the version number that a number, an alias or `latest` means now.

    Raises:
        InvalidName: the model name or the version is not of the allowed form.
        ModelNotFound, VersionNotFound, AliasNotFound: it means nothing.
    """
    keys.checked_model_name(model_name)
    keys.checked_version(version)
    if version == keys.LATEST:
        found = latest(store, model_name)
        if found is None:
            raise missing_model(store, model_name)
        return found.version
    if version.isdigit():
        number = int(version)
        if not _published(store, model_name, number):
            raise missing_version(store, model_name, version)
        return number
    return _alias(store, model_name, version)


def _alias(store: ObjectStore, model_name: str, name: str) -> int:
    standing = _standing_alias(store, model_name, name)
    version = _alias_in(standing).version if standing else None
    if version is None:
        if newest(store, model_name) == 0:
            raise missing_model(store, model_name)
        fault = errors.Issue(parameter="alias", reason="no such alias", hint="GET /models/{model_name} lists them")
        raise errors.AliasNotFound(f"Model {model_name} has no alias {name}.", issues=[fault])
    return version


def _standing_alias(store: ObjectStore, model_name: str, name: str) -> StoredObject | None:
    try:
        return store.get(keys.alias(model_name, name))
    except errors.ObjectMissing:
        return None


def _alias_in(stored: StoredObject) -> Alias:
    try:
        return Alias.model_validate_json(stored.body, extra="ignore")
    except ValidationError as error:
        raise errors.ArtifactRejected("An alias is damaged; move it anew.") from error


def model_names(store: ObjectStore) -> Iterator[str]:
    """Iterate over the names of the models that have a version, in byte order."""
    for name in store.list_folders(keys.MODELS):
        if _published(store, name, 1):
            yield name


def model(store: ObjectStore, model_name: str) -> ModelSummary:
    """Return what the registry knows of a model. Raises InvalidName or ModelNotFound."""
    last = newest(store, keys.checked_model_name(model_name))
    if last == 0:
        raise missing_model(store, model_name)
    served = latest(store, model_name, at_least=last)
    return ModelSummary(
        model_name=model_name,
        latest=served.version if served else None,
        versions=last,
        aliases=dict(_aliases(store, model_name)),
    )


def _aliases(store: ObjectStore, model_name: str) -> Iterator[tuple[str, int]]:
    for key in store.list_keys(keys.aliases(model_name)):
        name = keys.alias_in_key(key)
        standing = _standing_alias(store, model_name, name)
        version = _alias_in(standing).version if standing else None
        if version is not None:
            yield name, version


def move_alias(cloud: Cloud, model_name: str, name: str, version: int) -> Alias:
    """Point an alias at a version that exists, atomically.

    Raises:
        InvalidName, ModelNotFound, VersionNotFound: the alias or its goal cannot be.
        AliasMoved: another request moved it at the same moment.
    """
    store = cloud.artifacts
    resolve(store, model_name, str(version))
    moved = Alias(alias=keys.checked_alias(name), version=version, updated_at=cloud.now())
    _write_alias(store, model_name, moved, _standing_alias(store, model_name, name))
    return moved


def remove_alias(cloud: Cloud, model_name: str, name: str) -> None:
    """Take an alias away, by a tombstone, since S3 has no conditional delete everywhere.

    Raises:
        InvalidName, ModelNotFound, AliasNotFound: there is no such alias.
        AliasMoved: another request moved it at the same moment.
    """
    store = cloud.artifacts
    keys.checked_alias(name)
    resolve(store, model_name, name)
    tombstone = Alias(alias=name, version=None, updated_at=cloud.now())
    _write_alias(store, model_name, tombstone, _standing_alias(store, model_name, name))


def _write_alias(store: ObjectStore, model_name: str, alias: Alias, standing: StoredObject | None) -> None:
    key, body = keys.alias(model_name, alias.alias), alias.model_dump_json().encode()
    try:
        if standing is None:
            store.put_new(key, body)
        else:
            store.replace(key, body, etag=standing.head.etag)
    except (errors.AlreadyExists, errors.StaleWrite) as error:
        if store.get(key).body == body:
            return  # our own write, repeated by a client's retry
        raise errors.AliasMoved(f"Alias {alias.alias} was moved at the same moment; look and try again.") from error
