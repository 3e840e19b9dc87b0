"""Loads the model of a request and keeps loaded models in memory."""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, NamedTuple, TypeVar

from cachetools import LRUCache

from mini_ml.contracts import Artifact, Manifest
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.scoring.drift_reference import DriftReference, build_drift_reference
from mini_ml.ports import Cloud
from mini_ml.registry.resolver import VersionResolver
from mini_ml.registry.single_flight import SingleFlight
from mini_ml.topology import MIB
from mini_ml.topology.metrics import MODEL_CACHE, MODEL_LOADS
from mini_ml.workflows import loading

_MAX_MANIFESTS: Final = 1024
_MAX_REFERENCES: Final = 128

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A model version, ready to score."""

    manifest: Manifest
    model: FittedModel
    reference: DriftReference | None = None
    """What the rows of a batch are compared with; None for online scoring, and for models without a profile."""


class _SizedModel(NamedTuple):
    model: FittedModel
    bytes: int
    """Its share of the cache; at most the size of the cache, so that the newest model always stays."""


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
        self._manifests: _LoadingCache[tuple[str, int], Manifest] = _LoadingCache(LRUCache(maxsize=_MAX_MANIFESTS))
        self._references: _LoadingCache[tuple[str, int], DriftReference | None] = _LoadingCache(
            LRUCache(maxsize=_MAX_REFERENCES)
        )
        self._models: _LoadingCache[str, _SizedModel] = _LoadingCache(
            LRUCache(maxsize=cache_bytes, getsizeof=lambda sized: sized.bytes)
        )

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
        sized = self._models.get(manifest.plan.sha256) if manifest and manifest.plan else None
        if manifest is None or sized is None:
            return None
        self._cloud.metrics.count(MODEL_CACHE, result="hit")
        return Loaded(manifest=manifest, model=sized.model)

    def resolve(self, model_name: str, version: str) -> int:
        """Return the version number that `version` means, at most `fresh_seconds` old. Raises as `model` does."""
        return self._resolver.resolve(model_name, version)

    def version(self, model_name: str, version: int) -> Loaded:
        """Return the pipeline of one version of a model, and what its rows are compared with, loaded and verified.

        Raises as `model` does.
        """
        manifest = self._manifest(model_name, version)
        model = self._pipeline(manifest)
        return Loaded(manifest=manifest, model=model, reference=self._reference(manifest, model))

    def _manifest(self, model_name: str, version: int) -> Manifest:
        return self._manifests.get_or_load(
            (model_name, version), lambda: loading.load_manifest(self._cloud, model_name, version)
        )

    def _scoring(self, manifest: Manifest) -> FittedModel:
        plan = manifest.plan
        if plan is None:
            return self._pipeline(manifest)
        # The plan of another release cannot be read; the pipeline replaces it.
        return self._model(
            plan,
            lambda: loading.load_plan(self._cloud, manifest, plan, workdir=self._workdir) or self._pipeline(manifest),
        )

    def _pipeline(self, manifest: Manifest) -> FittedModel:
        return self._model(
            manifest.artifact, lambda: loading.load_pipeline(self._cloud, manifest, workdir=self._workdir)
        )

    def _reference(self, manifest: Manifest, model: FittedModel) -> DriftReference | None:
        stored = manifest.profile
        if stored is None:
            return None

        def load_and_build() -> DriftReference | None:
            profile = loading.load_profile(self._cloud, manifest, stored)
            return None if profile is None else build_drift_reference(model, profile)

        return self._references.get_or_load((manifest.model_name, manifest.version), load_and_build)

    def _model(self, stored: Artifact, load: Callable[[], FittedModel]) -> FittedModel:
        cached = self._models.get(stored.sha256)
        self._cloud.metrics.count(MODEL_CACHE, result="hit" if cached else "miss")
        if cached is not None:
            return cached.model
        size = min(stored.memory_bytes, self._cache_bytes)
        return self._models.get_or_load(stored.sha256, lambda: _SizedModel(self._load_timed(load), size)).model

    def _load_timed(self, load: Callable[[], FittedModel]) -> FittedModel:
        began = self._cloud.now()
        model = load()
        self._cloud.metrics.observe(MODEL_LOADS, (self._cloud.now() - began).total_seconds())
        return model


class _LoadingCache(Generic[K, V]):
    """A cache for several threads, which loads a missing value once for all concurrent callers."""

    def __init__(self, cache: LRUCache[K, V]) -> None:
        self._cache = cache
        self._lock = threading.Lock()
        self._single_flight: SingleFlight[V] = SingleFlight()

    def get(self, key: K) -> V | None:
        """Return the value of a key, which is now the most recently used; None if it is not cached."""
        with self._lock:
            return self._cache.get(key)

    def get_or_load(self, key: K, load: Callable[[], V]) -> V:
        """Return the value of a key from memory, or load and keep it. Raises what `load` raises."""

        def load_and_put() -> V:
            loaded_meanwhile = self.get(key)
            return self._put(key, load()) if loaded_meanwhile is None else loaded_meanwhile

        cached = self.get(key)
        return self._single_flight.fetch(key, load_and_put) if cached is None else cached

    def _put(self, key: K, value: V) -> V:
        with self._lock:
            self._cache[key] = value
        return value
