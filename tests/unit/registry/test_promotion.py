"""An alias moves to a version that is better, and stays where nothing shows that it is."""

import pytest

from mini_ml import keys
from mini_ml.adapters.memory.cloud import MemoryCloud, memory_cloud
from mini_ml.contracts import VersionComparison
from mini_ml.errors import AliasMoved, ArtifactRejected, NotBetter, VersionNotFound
from mini_ml.registry import aliases
from mini_ml.registry.alias_moves import load_history, move_alias
from mini_ml.registry.promotion import promote_if_better
from tests.unit.registry.published import label_rows, publish, write_rows


@pytest.fixture
def cloud() -> MemoryCloud:
    """A cloud with a version that is mostly right, a worse one, and one with too few rows."""
    cloud = memory_cloud()
    for version, right, rows in ((1, 0.8, 400), (2, 0.6, 400), (3, 1.0, 40)):
        publish(cloud, version, write_rows(label_rows(rows, right=right)))
    return cloud


def promote(cloud: MemoryCloud, version: int, reason: str | None = None) -> None:
    promote_if_better(cloud, "iris", "champion", version, moved_by="ana", reason=reason)


def target_of(cloud: MemoryCloud) -> int | None:
    return aliases.load_target(cloud.artifacts, "iris", "champion")


def test_a_new_alias_points_at_any_version(cloud: MemoryCloud) -> None:
    promote(cloud, 2)

    assert target_of(cloud) == 2


def test_an_alias_moves_to_a_better_version_and_says_why(cloud: MemoryCloud) -> None:
    promote(cloud, 2)
    promote(cloud, 1)

    [move, _] = load_history(cloud.artifacts, "iris", "champion", limit=5).moves
    assert (move.from_version, move.to_version) == (2, 1)
    assert (move.reason or "").startswith("Version 1 is better than version 2.")


def test_a_given_reason_is_kept(cloud: MemoryCloud) -> None:
    promote(cloud, 2)
    promote(cloud, 1, reason="data of this month")

    assert load_history(cloud.artifacts, "iris", "champion", limit=1).moves[0].reason == "data of this month"


@pytest.mark.parametrize(("version", "verdict"), [(2, "worse"), (3, "too_few_rows")])
def test_an_alias_stays_if_a_version_is_not_known_to_be_better(cloud: MemoryCloud, version: int, verdict: str) -> None:
    promote(cloud, 1)

    with pytest.raises(NotBetter) as caught:
        promote(cloud, version)

    assert target_of(cloud) == 1
    assert VersionComparison.model_validate(caught.value.comparison).verdict == verdict
    assert len(load_history(cloud.artifacts, "iris", "champion", limit=5).moves) == 1


def test_an_alias_that_points_there_already_needs_no_comparison(cloud: MemoryCloud) -> None:
    promote(cloud, 3)

    promote(cloud, 3)

    assert len(load_history(cloud.artifacts, "iris", "champion", limit=5).moves) == 1


def test_a_damaged_alias_stays_because_there_is_nothing_to_compare_with(cloud: MemoryCloud) -> None:
    cloud.artifacts.put(keys.alias("iris", "champion"), b"{")

    with pytest.raises(ArtifactRejected, match="Move the alias without `if_better`"):
        promote(cloud, 1)

    assert cloud.artifacts.get(keys.alias("iris", "champion")).body == b"{"


def test_a_missing_version_is_not_found(cloud: MemoryCloud) -> None:
    promote(cloud, 1)

    with pytest.raises(VersionNotFound):
        promote(cloud, 9)


def test_an_alias_that_another_request_moves_meanwhile_is_not_overwritten(cloud: MemoryCloud) -> None:
    promote(cloud, 2)

    def move_meanwhile(method: str, key: str) -> None:
        if key.endswith("holdout-predictions.csv.gz"):
            cloud.artifacts.before = lambda method, key: None
            move_alias(cloud, "iris", "champion", 3, moved_by="bo")

    cloud.artifacts.before = move_meanwhile

    with pytest.raises(AliasMoved):
        promote(cloud, 1)

    assert target_of(cloud) == 3
