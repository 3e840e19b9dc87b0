"""Loads the model of a request and keeps loaded models in memory."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mini_ml.contracts import Manifest
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ports import Cloud
from mini_ml.registry.resolver import VersionResolver
from mini_ml.registry.single_flight import SingleFlight
from mini_ml.topology import MIB
from mini_ml.workflows import loading

_MAX_MANIFESTS: Final = 1024


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A model version, ready to score."""

    manifest: Manifest
    model: FittedModel


class ModelCache:
    """The loaded models of one process, by the digest of their artifact; the least recently used are evicted.

    A version never changes, so a loaded one never expires; `latest` and aliases are resolved again after
    `fresh_seconds`. Concurrent requests for one model load it once and do not block requests for another.
    """

    def __init__(
        self, cloud: Cloud, *, workdir: Path, cache_bytes: int = 1024 * MIB, fresh_seconds: float = 1.0
    ) -> None:
        self._cloud = cloud
        self._workdir = workdir
        self._cache_bytes = cache_bytes
        self._resolver = VersionResolver(cloud, fresh_seconds=fresh_seconds)
        self._manifests: OrderedDict[tuple[str, int], Manifest] = OrderedDict()
        self._models: OrderedDict[str, tuple[int, FittedModel]] = OrderedDict()
        self._manifest_single_flight: SingleFlight[Manifest] = SingleFlight()
        self._model_single_flight: SingleFlight[FittedModel] = SingleFlight()
        self._lock = threading.Lock()

    def model(self, model_name: str, version: str) -> Loaded:
        """Return the model of a number, an alias or `latest`: its scoring plan, or the pipeline if it has no plan.

        Raises:
            InvalidName, ModelNotFound, VersionNotFound, AliasNotFound: it does not exist.
            ModelNeedsRetraining: another minor version of scikit-learn persisted it.
            ArtifactRejected: its seal, size or digest does not match.
        """
        manifest = self._manifest(model_name, self.resolve(model_name, version))
        return Loaded(manifest=manifest, model=self._scoring(manifest))

    def at_hand(self, model_name: str, version: str) -> Loaded | None:
        """Return what `model` would if its version is cached and its scoring plan is loaded, else None. Does no I/O."""
        number = self._resolver.cached(model_name, version)
        manifest = self._manifests.get((model_name, number)) if number else None
        model = self._get(manifest.plan.sha256) if manifest and manifest.plan else None
        return Loaded(manifest=manifest, model=model) if manifest and model else None

    def resolve(self, model_name: str, version: str) -> int:
        """Return the version number that `version` means, at most `fresh_seconds` old. Raises as `model` does."""
        return self._resolver.resolve(model_name, version)

    def version(self, model_name: str, version: int) -> Loaded:
        """Return the pipeline of one version of a model, loaded and verified. Raises as `model` does."""
        manifest = self._manifest(model_name, version)
        return Loaded(manifest=manifest, model=self._pipeline(manifest))

    def _manifest(self, model_name: str, version: int) -> Manifest:
        key = (model_name, version)
        with self._lock:
            if key in self._manifests:
                return self._manifests[key]
        found = self._manifest_single_flight.fetch(key, lambda: loading.load_manifest(self._cloud, model_name, version))
        with self._lock:
            self._manifests[key] = found
            if len(self._manifests) > _MAX_MANIFESTS:
                self._manifests.popitem(last=False)
        return found

    def _scoring(self, manifest: Manifest) -> FittedModel:
        plan = manifest.plan
        if plan is None:
            return self._pipeline(manifest)
        # The plan of another release cannot be read; the pipeline replaces it.
        return self._get_or_load(
            plan.sha256,
            plan.memory_bytes,
            lambda: loading.load_plan(self._cloud, manifest, plan, workdir=self._workdir) or self._pipeline(manifest),
        )

    def _pipeline(self, manifest: Manifest) -> FittedModel:
        stored = manifest.artifact
        return self._get_or_load(
            stored.sha256,
            stored.memory_bytes,
            lambda: loading.load_pipeline(self._cloud, manifest, workdir=self._workdir),
        )

    def _get_or_load(self, digest: str, size: int, load: Callable[[], FittedModel]) -> FittedModel:
        """Return the model with a digest from memory, or load it once for all concurrent callers."""

        def load_and_put() -> FittedModel:
            # Another call may have loaded it since the first look.
            return self._get(digest) or self._put(digest, size, load())

        return self._get(digest) or self._model_single_flight.fetch(digest, load_and_put)

    def _get(self, digest: str) -> FittedModel | None:
        with self._lock:
            if digest not in self._models:
                return None
            self._models.move_to_end(digest)
            return self._models[digest][1]

    def _put(self, digest: str, size: int, model: FittedModel) -> FittedModel:
        """Add a model and evict older ones until all fit; the newest always stays."""
        with self._lock:
            self._models[digest] = (size, model)
            while len(self._models) > 1 and sum(kept for kept, _ in self._models.values()) > self._cache_bytes:
                self._models.popitem(last=False)
        return model
