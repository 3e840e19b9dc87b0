"""Brings a published model into memory: seal first, then size and digest, and only then is anything read as a model."""

import hashlib
from io import BufferedRandom
from pathlib import Path
from tempfile import TemporaryFile

from mini_ml.contracts import Artifact, Manifest
from mini_ml.ml.model import artifact
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.plan import store as plans
from mini_ml.ports import Cloud
from mini_ml.registry import sealing
from mini_ml.registry.sealing import rejected


def loadable_manifest(cloud: Cloud, model_name: str, version: int) -> Manifest:
    """Return the manifest of a version whose model this process may load.

    Raises:
        ModelNotFound, VersionNotFound: there is none.
        ModelNeedsRetraining: another minor version of scikit-learn persisted the model.
        ArtifactRejected: our trainer did not seal it for this model and version.
    """
    manifest = sealing.verified_manifest(cloud, model_name, version)
    artifact.ensure_readable(manifest.libraries["scikit-learn"])
    return manifest


def pipeline(cloud: Cloud, manifest: Manifest, *, workdir: Path) -> FittedModel:
    """Verify the artifact, then unpickle it: loading one runs what is in it. Raises ArtifactRejected."""
    # A file without a name: between the digest and the unpickling nobody can put another in its place.
    with TemporaryFile(dir=workdir) as file:
        _fetch(cloud, manifest, manifest.artifact, file)
        return artifact.load(file)


def plan(cloud: Cloud, manifest: Manifest, stored: Artifact, *, workdir: Path) -> FittedModel | None:
    """Verify the scoring plan, then read it; None where it is another release's. Raises ArtifactRejected."""
    with TemporaryFile(dir=workdir) as file:
        _fetch(cloud, manifest, stored, file)
        return plans.load(file)


def _fetch(cloud: Cloud, manifest: Manifest, stored: Artifact, file: BufferedRandom) -> None:
    """Copy an artifact into `file`, hold it to the manifest's size and digest, and go back to its beginning."""
    cloud.artifacts.download(stored.key, file, version_id=stored.version_id)
    if file.tell() != stored.size:
        raise rejected(manifest.model_name, manifest.version, "the artifact's size does not match its manifest")
    file.seek(0)
    if hashlib.file_digest(file, "sha256").hexdigest() != stored.sha256:
        raise rejected(manifest.model_name, manifest.version, "the artifact's digest does not match its manifest")
    file.seek(0)
