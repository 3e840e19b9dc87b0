"""Models with their versions and aliases: one model, or a page of them that costs the same for any number of models."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Final

from mini_ml import keys
from mini_ml.parallel import map_parallel
from mini_ml.ports import ObjectStore
from mini_ml.registry import aliases, versions

_MOST_BATCHES: Final = 5
"""How often a page looks for further models because some names have no version; then the page ends early."""
_MOST_ALIASES: Final = 100
"""Maximum number of aliases of a model, removed ones included, that are read for its summary."""
_KEYS_PER_CALL: Final = 1_000
"""Maximum number of keys that S3 returns at a time."""


@dataclass(frozen=True, kw_only=True)
class ModelSummary:
    """A model, its versions and its aliases: the first 100 in the byte order of their names."""

    model_name: str
    latest: int | None
    """None if every version is superseded, which publishing never lets happen."""
    versions: int
    aliases: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class SummaryPage:
    """Some models, and the cursor of the next page; None on the last page."""

    models: tuple[ModelSummary, ...]
    cursor: str | None


@dataclass(frozen=True, kw_only=True)
class _Pass:
    """How models that follow each other are listed together. Each listing is one call."""

    models: int
    """Maximum number of models in a listing."""
    keys_per_model: int


_FIRST_PASS: Final = _Pass(models=80, keys_per_model=12)
"""For models with one or two versions, of about five keys each."""
_SECOND_PASS: Final = _Pass(models=16, keys_per_model=60)
"""For models whose keys the first listing did not reach or cut off. What this one cuts off is looked at on its own."""


@dataclass(frozen=True, kw_only=True)
class _Contents:
    """What the keys of a model say."""

    model_name: str
    newest: int
    """The highest version number; 0 if there is none."""
    alias_names: tuple[str, ...]
    """At most `_MOST_ALIASES`, including aliases that were removed."""


def load_summary(store: ObjectStore, model_name: str) -> ModelSummary:
    """Return a model with its versions and aliases. Raises InvalidName or ModelNotFound."""
    if not versions.is_published(store, keys.validate_model_name(model_name), 1):
        raise versions.missing_model(store, model_name)
    return _summarise(store, _list_contents(store, [model_name], [_SECOND_PASS]))[0]


def list_summaries(store: ObjectStore, *, limit: int, after: str | None) -> SummaryPage:
    """Return up to `limit` models in the byte order of their folders, beginning after the name `after`.

    A page has fewer models if many of the next names have no version, because their trainings failed.
    """
    found: list[_Contents] = []
    for _ in range(_MOST_BATCHES):
        wanted = limit - len(found)
        names = list(store.list_folders(keys.MODELS, start_after=f"{after}/" if after else "", limit=wanted + 1))
        listed = _list_contents(store, names[:wanted], [_FIRST_PASS, _SECOND_PASS])
        found += [contents for contents in listed if contents.newest]
        after = names[wanted - 1] if len(names) > wanted else None
        if after is None or len(found) == limit:
            break
    return SummaryPage(models=tuple(_summarise(store, found)), cursor=after)


def _list_contents(store: ObjectStore, names: Sequence[str], passes: Sequence[_Pass]) -> list[_Contents]:
    """Return what the keys of models say that follow each other, in their order."""
    known: dict[str, _Contents] = {}
    for one_pass in passes:
        runs = [list(run) for is_known, run in groupby(names, known.__contains__) if not is_known]
        parts = [part for run in runs for part in _split(run, one_pass.models)]
        listed = map_parallel(partial(_list_part, store, one_pass.keys_per_model), parts)
        known |= {one.model_name: one for part in listed for one in part}
    others = [name for name in names if name not in known]
    known |= {one.model_name: one for one in map_parallel(lambda name: _find_contents(store, name), others)}
    return [known[name] for name in names]


def _split(names: Sequence[str], size: int) -> list[Sequence[str]]:
    return [names[start : start + size] for start in range(0, len(names), size)]


def _list_part(store: ObjectStore, keys_per_model: int, names: Sequence[str]) -> list[_Contents]:
    """Return what one listing says about models, for those whose keys it contains to the last one."""
    most = len(names) * keys_per_model
    listed = list(store.list_keys(keys.MODELS, start_after=keys.model_folder(names[0]), limit=most))
    groups = [(name, list(group)) for name, group in groupby(listed, keys.model_name_in_key)]
    complete = groups if len(listed) < most else groups[:-1]
    return [_parse_contents(name, group) for name, group in complete if name in names]


def _parse_contents(model_name: str, listed: Iterable[str]) -> _Contents:
    numbers, names = [0], []
    for key in listed:
        numbers.append(keys.version_in_key(key))
        if key.startswith(keys.aliases(model_name)):
            names.append(keys.alias_in_key(key))
    return _Contents(model_name=model_name, newest=max(numbers), alias_names=tuple(names[:_MOST_ALIASES]))


def _find_contents(store: ObjectStore, model_name: str) -> _Contents:
    """Return what the keys of one model say, without listing its artifacts.

    One listing has the first thousand versions, because their numbers have no gaps; a search finds later ones.
    """
    listed = list(store.list_keys(keys.versions(model_name), limit=_KEYS_PER_CALL))
    newest = max(map(keys.version_in_key, listed), default=0)
    if len(listed) == _KEYS_PER_CALL:
        newest = versions.find_newest(store, model_name, at_least=newest)
    names = aliases.list_alias_names(store, model_name, limit=_MOST_ALIASES) if newest else []
    return _Contents(model_name=model_name, newest=newest, alias_names=tuple(names))


def _summarise(store: ObjectStore, found: Sequence[_Contents]) -> list[ModelSummary]:
    """Read the manifests of `latest`, and the aliases, of several models in parallel."""
    latest = map_parallel(lambda one: versions.load_latest(store, one.model_name, one.newest), found)
    pairs = [(one.model_name, name) for one in found for name in one.alias_names]
    targets = dict(zip(pairs, map_parallel(lambda pair: aliases.load_target(store, *pair), pairs), strict=True))
    return [
        ModelSummary(
            model_name=one.model_name,
            latest=manifest.version if manifest else None,
            versions=one.newest,
            aliases={name: to for name in one.alias_names if (to := targets[one.model_name, name]) is not None},
        )
        for one, manifest in zip(found, latest, strict=True)
    ]
