"""Picks the model that a request means, verifies it, and keeps the loaded ones at hand."""

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BufferedRandom
from pathlib import Path
from tempfile import TemporaryFile

from mini_ml.contracts import Manifest
from mini_ml.ml import artifact
from mini_ml.ml.model import FittedModel
from mini_ml.ports import Cloud
from mini_ml.workflows import registry
from mini_ml.workflows.sealing import rejected, verified_manifest


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A model version, ready to score."""

    manifest: Manifest
    model: FittedModel


class Shelf:
    """The loaded models of one process, the least recently used of which gives way.

    A version never changes, so it is kept for good; what `latest` or an alias means is asked again after
    `fresh_seconds`.
    """

    def __init__(self, cloud: Cloud, *, workdir: Path, capacity: int = 8, fresh_seconds: float = 0.2) -> None:
        self._cloud = cloud
        self._workdir = workdir
        self._capacity = capacity
        self._fresh = timedelta(seconds=fresh_seconds)
        self._loaded: OrderedDict[tuple[str, int], Loaded] = OrderedDict()
        self._resolved: dict[tuple[str, str], tuple[int, datetime]] = {}
        self._lock = threading.Lock()

    def model(self, model_name: str, version: str) -> Loaded:
        """Return the model that a number, an alias or `latest` means.

        Raises:
            InvalidName, ModelNotFound, VersionNotFound, AliasNotFound: it means nothing.
            ModelNeedsRetraining: another minor version of scikit-learn persisted it.
            ArtifactRejected: its seal, size or digest does not match.
        """
        return self.version(model_name, self.resolve(model_name, version))

    def resolve(self, model_name: str, version: str) -> int:
        """Return the version number that `version` means, at most `fresh_seconds` old. Raises as `model` does."""
        asked, now = (model_name, version), self._cloud.now()
        known = self._resolved.get(asked)
        if known and now - known[1] < self._fresh:
            return known[0]
        number = registry.resolve(self._cloud.artifacts, model_name, version)
        if len(self._resolved) >= 1024:
            self._resolved.clear()
        self._resolved[asked] = (number, now)
        return number

    def version(self, model_name: str, version: int) -> Loaded:
        """Return one version of a model, loaded and verified. Raises as `model` does."""
        with self._lock:
            key = (model_name, version)
            if key not in self._loaded:
                self._loaded[key] = self._load(model_name, version)
                if len(self._loaded) > self._capacity:
                    self._loaded.popitem(last=False)
            self._loaded.move_to_end(key)
            return self._loaded[key]

    def _load(self, model_name: str, version: int) -> Loaded:
        """Verify everything, then unpickle: loading an artifact runs what is in it."""
        manifest = verified_manifest(self._cloud, model_name, version)
        artifact.ensure_readable(manifest.libraries["scikit-learn"])
        # A file without a name: between the digest and the unpickling nobody can put another in its place.
        with TemporaryFile(dir=self._workdir) as file:
            self._fetch(manifest, file)
            file.seek(0)
            return Loaded(manifest=manifest, model=artifact.load(file))

    def _fetch(self, manifest: Manifest, file: BufferedRandom) -> None:
        """Copy the artifact into `file` and hold it to the manifest's size and digest."""
        stored = manifest.artifact
        self._cloud.artifacts.download(stored.key, file, version_id=stored.version_id)
        if file.tell() != stored.size:
            raise rejected(manifest.model_name, manifest.version, "the artifact's size does not match its manifest")
        file.seek(0)
        if hashlib.file_digest(file, "sha256").hexdigest() != stored.sha256:
            raise rejected(manifest.model_name, manifest.version, "the artifact's digest does not match its manifest")
