"""Loads a published model: checks its seal, then size and digest, and only then unpickles it."""

import hashlib
from io import BufferedRandom, BytesIO
from pathlib import Path
from tempfile import TemporaryFile

from pydantic import ValidationError

from mini_ml.contracts import Artifact, Manifest, Profile
from mini_ml.ml.model import artifact
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.plan import store as plans
from mini_ml.ports import Cloud
from mini_ml.registry import sealing
from mini_ml.registry.sealing import build_rejection


def load_manifest(cloud: Cloud, model_name: str, version: int) -> Manifest:
    """Return the verified manifest of a version that this process can load.

    Raises:
        ModelNotFound, VersionNotFound: the version does not exist.
        ModelNeedsRetraining: the model was persisted with another minor version of scikit-learn, or by a release that
            reads cells by other rules.
        ArtifactRejected: this platform did not seal it for this model and version.
    """
    manifest = sealing.load_verified_manifest(cloud, model_name, version)
    artifact.ensure_readable(manifest.libraries["scikit-learn"], manifest.model_schema.reading_rules)
    return manifest


def load_pipeline(cloud: Cloud, manifest: Manifest, *, workdir: Path) -> FittedModel:
    """Verify the artifact, then unpickle it, which runs the code in it. Raises ArtifactRejected."""
    # An unnamed file cannot be replaced by another process between the digest check and the unpickling.
    with TemporaryFile(dir=workdir) as file:
        _fetch(cloud, manifest, manifest.artifact, file)
        return artifact.load(file)


def load_plan(cloud: Cloud, manifest: Manifest, stored: Artifact, *, workdir: Path) -> FittedModel | None:
    """Verify the scoring plan, then read it; None if it was written by another release. Raises ArtifactRejected."""
    with TemporaryFile(dir=workdir) as file:
        _fetch(cloud, manifest, stored, file)
        return plans.load(file)


def load_profile(cloud: Cloud, manifest: Manifest, stored: Artifact) -> Profile | None:
    """Verify the profile, then read it; None if it has the form of another release. Raises ArtifactRejected."""
    file = BytesIO()
    _fetch(cloud, manifest, stored, file)
    try:
        profile = Profile.model_validate_json(file.getvalue(), extra="ignore")
    except ValidationError:
        return None
    return profile if profile.format == Profile.model_fields["format"].default else None


def _fetch(cloud: Cloud, manifest: Manifest, stored: Artifact, file: BufferedRandom | BytesIO) -> None:
    """Copy an artifact into `file`, check its size and digest against the manifest, and rewind the file."""
    cloud.artifacts.download(stored.key, file, version_id=stored.version_id)
    if file.tell() != stored.size:
        raise build_rejection(manifest.model_name, manifest.version, "the artifact's size does not match its manifest")
    file.seek(0)
    if hashlib.file_digest(file, "sha256").hexdigest() != stored.sha256:
        raise build_rejection(
            manifest.model_name, manifest.version, "the artifact's digest does not match its manifest"
        )
    file.seek(0)
