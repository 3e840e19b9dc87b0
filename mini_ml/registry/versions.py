"""The versions of a model in S3: which ones exist, their manifests, and which one `latest` is."""

from typing import Final

from pydantic import ValidationError

from mini_ml import errors, keys
from mini_ml.contracts import Manifest
from mini_ml.ports import ObjectStore
from mini_ml.registry.near_names import list_near_names
from mini_ml.suggest import suggest

_MOST_SIMILAR: Final = 5
"""Maximum number of similar names that are asked for a version before one is suggested."""


def find_newest(store: ObjectStore, model_name: str, *, at_least: int = 0) -> int:
    """Return the highest published version number, or 0 if there is none.

    Version numbers have no gaps, so this is a galloping search: doubling steps upwards from `at_least` (which must
    exist), then halving ones, one HEAD each. It never lists.
    """
    known, step = at_least, 1
    while is_published(store, model_name, known + step):
        known, step = known + step, step * 2
    while step > 1:
        step //= 2
        if is_published(store, model_name, known + step):
            known += step
    return known


def is_published(store: ObjectStore, model_name: str, version: int) -> bool:
    """Return whether a version exists."""
    try:
        store.head(keys.manifest(model_name, version))
    except errors.ObjectMissing:
        return False
    return True


def find_latest(store: ObjectStore, model_name: str, *, at_least: int = 0) -> Manifest | None:
    """Return the manifest of `latest`: the highest version that is not superseded."""
    return load_latest(store, model_name, find_newest(store, model_name, at_least=at_least))


def load_latest(store: ObjectStore, model_name: str, newest: int) -> Manifest | None:
    """Return the manifest of `latest` of a model whose highest version number is `newest`."""
    for version in range(newest, 0, -1):
        manifest = load_manifest(store, model_name, version)
        if not manifest.superseded:
            return manifest
    return None


def load_manifest(store: ObjectStore, model_name: str, version: int) -> Manifest:
    """Return the manifest of a version without checking its seal. Raises as `load_document` and `parse_checked`."""
    return parse_checked(load_document(store, model_name, version), model_name, version)


def find_manifest(store: ObjectStore, model_name: str, version: int) -> Manifest | None:
    """Return the manifest of a version without checking its seal; None if there is none, or it is damaged."""
    try:
        return parse_checked(store.get(keys.manifest(model_name, version)).body, model_name, version)
    except (errors.ObjectMissing, errors.ArtifactRejected):
        return None


def load_document(store: ObjectStore, model_name: str, version: int) -> bytes:
    """Return the stored bytes of a version's manifest. Raises ModelNotFound or VersionNotFound."""
    try:
        return store.get(keys.manifest(model_name, version)).body
    except errors.ObjectMissing as error:
        raise missing_version(store, model_name, str(version)) from error


def parse_manifest(document: bytes) -> Manifest:
    """Parse a stored manifest; fields of a newer release are ignored. Raises ArtifactRejected if it is not one."""
    try:
        return Manifest.model_validate_json(document, extra="ignore")
    except ValidationError as error:
        raise errors.ArtifactRejected("A manifest is damaged.") from error


def parse_checked(document: bytes, model_name: str, version: int) -> Manifest:
    """Parse the stored manifest of a version. Raises ArtifactRejected if it is damaged or names another version."""
    found = parse_manifest(document)
    if (found.model_name, found.version) != (model_name, version):
        raise errors.ArtifactRejected(
            f"The manifest of {model_name} {version} is that of {found.model_name} {found.version}."
        )
    return found


def missing_version(store: ObjectStore, model_name: str, asked: str) -> errors.NotFound:
    """Return the error for a version that does not exist: VersionNotFound, or ModelNotFound if the model has none."""
    last = find_newest(store, model_name)
    if last == 0:
        return missing_model(store, model_name)
    return errors.VersionNotFound(
        f"Model {model_name} has versions 1 to {last}; there is no version {asked}.",
        issues=[errors.Issue(parameter="version", reason="no such version", hint=f"use 1 to {last}, or `latest`")],
    )


def missing_model(store: ObjectStore, model_name: str) -> errors.ModelNotFound:
    """Return the error for a model that has no version, with the most similar name nearby as a hint."""
    similar = suggest(model_name, list_near_names(store, model_name), count=_MOST_SIMILAR)
    published = next((name for name in similar if is_published(store, name, 1)), None)
    hint = f"did you mean `{published}`?" if published else "GET /models lists them"
    issue = errors.Issue(parameter="model_name", reason="no model has this name", hint=hint)
    return errors.ModelNotFound(f"There is no model {model_name}.", issues=[issue])
