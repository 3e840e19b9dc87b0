"""The seal of a manifest: a MAC over the stored document, so that new fields do not break older seals."""

import hashlib
import json
import logging
from typing import Any

from mini_ml.contracts import Manifest, UnsealedManifest
from mini_ml.errors import ArtifactRejected
from mini_ml.ports import Cloud
from mini_ml.registry import versions

logger = logging.getLogger(__name__)


def seal(cloud: Cloud, manifest: UnsealedManifest) -> bytes:
    """Return the document to store for a manifest, with a seal over all its other fields."""
    document = json.loads(manifest.model_dump_json())
    return _canonical(document | {"seal": cloud.seal.sign(_digest(document))})


def is_sealed(cloud: Cloud, body: bytes) -> bool:
    """Return whether this platform's trainer sealed exactly this document; False if it is no manifest at all.

    Only canonical bytes are accepted, because two parsers may read a document with a repeated name differently.
    """
    try:
        document = json.loads(body)
        found = document["seal"]
        canonical, digest = _canonical(document), _digest(document)
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
    return canonical == body and isinstance(found, str) and cloud.seal.verify(digest, found)


def load_verified_manifest(cloud: Cloud, model_name: str, version: int) -> Manifest:
    """Return the manifest of a version after checking that it was sealed for exactly this model and version.

    Raises:
        ModelNotFound, VersionNotFound: the version does not exist.
        ArtifactRejected: it was damaged, edited, forged, or copied from another model or version.
    """
    document = versions.load_document(cloud.artifacts, model_name, version)
    if not is_sealed(cloud, document):
        raise build_rejection(model_name, version, "its manifest was not sealed by this platform")
    return versions.parse_checked(document, model_name, version)


def build_rejection(model_name: str, version: int, reason: str) -> ArtifactRejected:
    """Return the error of a version that must not be loaded, and log it for the operator."""
    fields = {"code": ArtifactRejected.code, "model_name": model_name, "model_version": version, "reason": reason}
    logger.error("artifact_rejected", extra=fields)
    return ArtifactRejected(f"Version {version} of {model_name} is not loaded: {reason}.")


def _digest(document: dict[str, Any]) -> bytes:
    unsealed = {name: value for name, value in document.items() if name != "seal"}
    return hashlib.sha256(_canonical(unsealed)).digest()


def _canonical(document: dict[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
