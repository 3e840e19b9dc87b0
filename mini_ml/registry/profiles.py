"""Loads the profile of a model version, after checking its size and digest against the sealed manifest."""

import hashlib

from pydantic import ValidationError

from mini_ml.contracts import Manifest, Profile
from mini_ml.errors import ArtifactRejected, ObjectMissing
from mini_ml.ports import Cloud
from mini_ml.registry.sealing import build_rejection


def load_profile(cloud: Cloud, manifest: Manifest) -> Profile | None:
    """Return the profile of a version; None for a version of a release that stored none.

    Args:
        cloud: the ports.
        manifest: the manifest of the version, whose seal the caller has verified.

    Raises:
        ArtifactRejected: the stored profile is not the one that the manifest was sealed with.
    """
    stored = manifest.profile
    if stored is None:
        return None
    try:
        body = cloud.artifacts.get(stored.key, version_id=stored.version_id).body
    except ObjectMissing as error:
        raise _build_rejection(manifest, "its profile is missing") from error
    if len(body) != stored.size or hashlib.sha256(body).hexdigest() != stored.sha256:
        raise _build_rejection(manifest, "its profile does not match its manifest")
    try:
        return Profile.model_validate_json(body, extra="ignore")  # a later release may have added figures
    except ValidationError as error:
        raise _build_rejection(manifest, "its profile cannot be read") from error


def _build_rejection(manifest: Manifest, reason: str) -> ArtifactRejected:
    return build_rejection(manifest.model_name, manifest.version, reason)
