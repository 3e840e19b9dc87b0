"""What `latest` and aliases mean, asked again after a while, so that not every request has to ask the store."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from mini_ml import keys
from mini_ml.ports import Cloud
from mini_ml.registry import aliases, versions
from mini_ml.registry.single_flight import SingleFlight

_MOST: Final = 1024


@dataclass(frozen=True, kw_only=True)
class _Meaning:
    """The version that a name meant at a moment."""

    version: int
    newest: int
    """The highest number there was then, for `latest`; 0 for other names."""
    asked_at: datetime


class VersionResolver:
    """Version numbers by model name and number, alias or `latest`, each at most so old."""

    def __init__(self, cloud: Cloud, *, fresh_seconds: float) -> None:
        self._cloud = cloud
        self._fresh = timedelta(seconds=fresh_seconds)
        self._known: dict[tuple[str, str], _Meaning] = {}
        self._flights: SingleFlight[_Meaning] = SingleFlight()

    def known(self, model_name: str, version: str) -> int | None:
        """Return what is known and fresh enough, without asking the store."""
        meaning = self._known.get((model_name, version))
        return meaning.version if meaning and self._cloud.now() - meaning.asked_at < self._fresh else None

    def ask(self, model_name: str, version: str) -> int:
        """Return the version number that `version` means.

        Raises:
            InvalidName, ModelNotFound, VersionNotFound, AliasNotFound: it means nothing.
        """
        known, asked = self.known(model_name, version), (model_name, version)
        return known or self._flights.fetch(asked, lambda: self._asked(model_name, version)).version

    def _asked(self, model_name: str, version: str) -> _Meaning:
        now, asked = self._cloud.now(), (model_name, version)
        if version == keys.LATEST:
            meaning = self._latest(model_name, self._known.get(asked), now)
        else:
            number = aliases.resolve(self._cloud.artifacts, model_name, version)
            meaning = _Meaning(version=number, newest=0, asked_at=now)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[asked] = meaning
        return meaning

    def _latest(self, model_name: str, before: _Meaning | None, now: datetime) -> _Meaning:
        """Look above the highest number known, by one HEAD; where nothing was published, nothing has changed."""
        store = self._cloud.artifacts
        keys.checked_model_name(model_name)
        newest = versions.find_newest(store, model_name, at_least=before.newest if before else 0)
        if before and newest == before.newest:
            return _Meaning(version=before.version, newest=newest, asked_at=now)
        found = versions.find_latest(store, model_name, at_least=newest)
        if found is None:
            raise versions.missing_model(store, model_name)
        return _Meaning(version=found.version, newest=newest, asked_at=now)
