"""Resolves `latest`, aliases and numbers to version numbers, cached for a short time to save requests to S3."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from mini_ml import keys
from mini_ml.ports import Cloud
from mini_ml.registry import aliases, versions
from mini_ml.registry.single_flight import SingleFlight

_MAX_ENTRIES: Final = 1024


@dataclass(frozen=True, kw_only=True)
class _Resolved:
    """The version that a name resolved to, and when."""

    version: int
    newest: int
    """For `latest`: the highest version number at that time. 0 for other names."""
    resolved_at: datetime


class VersionResolver:
    """Version numbers by model name and number, alias or `latest`, at most `fresh_seconds` old."""

    def __init__(self, cloud: Cloud, *, fresh_seconds: float) -> None:
        self._cloud = cloud
        self._fresh = timedelta(seconds=fresh_seconds)
        self._cache: dict[tuple[str, str], _Resolved] = {}
        self._single_flight: SingleFlight[_Resolved] = SingleFlight()

    def cached(self, model_name: str, version: str) -> int | None:
        """Return the version number if it is cached and fresh, else None. Never asks the store."""
        resolved = self._cache.get((model_name, version))
        return resolved.version if resolved and self._cloud.now() - resolved.resolved_at < self._fresh else None

    def resolve(self, model_name: str, version: str) -> int:
        """Return the version number that a number, an alias or `latest` means.

        Raises:
            InvalidName, ModelNotFound, VersionNotFound, AliasNotFound: it does not exist.
        """
        cached, key = self.cached(model_name, version), (model_name, version)
        return cached or self._single_flight.fetch(key, lambda: self._resolve(model_name, version)).version

    def _resolve(self, model_name: str, version: str) -> _Resolved:
        now, key = self._cloud.now(), (model_name, version)
        if version == keys.LATEST:
            resolved = self._latest(model_name, self._cache.get(key), now)
        else:
            number = aliases.resolve(self._cloud.artifacts, model_name, version)
            resolved = _Resolved(version=number, newest=0, resolved_at=now)
        if len(self._cache) >= _MAX_ENTRIES:
            self._cache.clear()
        self._cache[key] = resolved
        return resolved

    def _latest(self, model_name: str, before: _Resolved | None, now: datetime) -> _Resolved:
        """Look for a newer version with one HEAD; if there is none, `latest` has not changed."""
        store = self._cloud.artifacts
        keys.validate_model_name(model_name)
        newest = versions.find_newest(store, model_name, at_least=before.newest if before else 0)
        if before and newest == before.newest:
            return _Resolved(version=before.version, newest=newest, resolved_at=now)
        found = versions.find_latest(store, model_name, at_least=newest)
        if found is None:
            raise versions.missing_model(store, model_name)
        return _Resolved(version=found.version, newest=newest, resolved_at=now)
