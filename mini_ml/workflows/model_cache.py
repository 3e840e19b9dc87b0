"""Picks the model that a request means, and keeps the loaded ones at hand."""

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

_MOST_MANIFESTS: Final = 1024


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A model version, ready to score."""

    manifest: Manifest
    model: FittedModel


class ModelCache:
    """The loaded models of one process, by the digest of their artifact; the least recently used give way.

    A version never changes, so it is kept for good; what `latest` or an alias means is asked again after
    `fresh_seconds`. Of many who want a model at once, one loads it, and nobody waits who wants another.
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
        """Return the model that a number, an alias or `latest` means: its plan, or the pipeline where it has none.

        Raises:
            InvalidName, ModelNotFound, VersionNotFound, AliasNotFound: it means nothing.
            ModelNeedsRetraining: another minor version of scikit-learn persisted it.
            ArtifactRejected: its seal, size or digest does not match.
        """
        manifest = self._manifest(model_name, self.resolve(model_name, version))
        return Loaded(manifest=manifest, model=self._scoring(manifest))

    def at_hand(self, model_name: str, version: str) -> Loaded | None:
        """Return what `model` would, if that takes no waiting: its meaning is fresh and its plan is loaded."""
        number = self._resolver.known(model_name, version)
        manifest = self._manifests.get((model_name, number)) if number else None
        model = self._kept(manifest.plan.sha256) if manifest and manifest.plan else None
        return Loaded(manifest=manifest, model=model) if manifest and model else None

    def resolve(self, model_name: str, version: str) -> int:
        """Return the version number that `version` means, at most `fresh_seconds` old. Raises as `model` does."""
        return self._resolver.ask(model_name, version)

    def version(self, model_name: str, version: int) -> Loaded:
        """Return the pipeline of one version of a model, loaded and verified. Raises as `model` does."""
        manifest = self._manifest(model_name, version)
        return Loaded(manifest=manifest, model=self._pipeline(manifest))

    def _manifest(self, model_name: str, version: int) -> Manifest:
        key = (model_name, version)
        with self._lock:
            if key in self._manifests:
                return self._manifests[key]
        found = self._manifest_single_flight.fetch(
            key, lambda: loading.loadable_manifest(self._cloud, model_name, version)
        )
        with self._lock:
            self._manifests[key] = found
            if len(self._manifests) > _MOST_MANIFESTS:
                self._manifests.popitem(last=False)
        return found

    def _scoring(self, manifest: Manifest) -> FittedModel:
        plan = manifest.plan
        if plan is None:
            return self._pipeline(manifest)
        # A plan of another release cannot be read; then the pipeline stands in its place.
        return self._held(
            plan.sha256,
            plan.memory_bytes,
            lambda: loading.plan(self._cloud, manifest, plan, workdir=self._workdir) or self._pipeline(manifest),
        )

    def _pipeline(self, manifest: Manifest) -> FittedModel:
        stored = manifest.artifact
        return self._held(
            stored.sha256, stored.memory_bytes, lambda: loading.pipeline(self._cloud, manifest, workdir=self._workdir)
        )

    def _held(self, digest: str, size: int, load: Callable[[], FittedModel]) -> FittedModel:
        """Return a model by its digest, loaded if need be."""

        def loaded() -> FittedModel:
            # A flight may have landed since the first look.
            return self._kept(digest) or self._put(digest, size, load())

        return self._kept(digest) or self._model_single_flight.fetch(digest, loaded)

    def _kept(self, digest: str) -> FittedModel | None:
        with self._lock:
            if digest not in self._models:
                return None
            self._models.move_to_end(digest)
            return self._models[digest][1]

    def _put(self, digest: str, size: int, model: FittedModel) -> FittedModel:
        """Keep a model; older ones give way until all fit, but the newest always stays."""
        with self._lock:
            self._models[digest] = (size, model)
            while len(self._models) > 1 and sum(kept for kept, _ in self._models.values()) > self._cache_bytes:
                self._models.popitem(last=False)
        return model
