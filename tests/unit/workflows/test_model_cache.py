"""Which model a request gets: the plan or the pipeline, what is kept, and how old a name's meaning may be."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from mini_ml import keys
from mini_ml.errors import StorageUnavailable
from mini_ml.ml.model import artifact
from mini_ml.ml.plan import store
from mini_ml.ml.plan.compiled_estimators import LinearRegression
from mini_ml.registry import versions
from mini_ml.registry.sealing import seal
from mini_ml.topology.metrics import MODEL_CACHE
from mini_ml.workflows.model_cache import ModelCache
from tests.fixtures.recorded_metrics import recorded
from tests.unit.workflows.memory_platform import ROWS, MemoryPlatform, unpack

OTHER_ROWS = ROWS.replace(b"red", b"green")


def model_cache_of(platform: MemoryPlatform, **settings: float) -> ModelCache:
    return ModelCache(platform.cloud, workdir=platform.workdir, **settings)  # type: ignore[arg-type]  # whole numbers of bytes


def calls(platform: MemoryPlatform) -> list[str]:
    """Return a list that grows by every call of the store."""
    made: list[str] = []
    platform.cloud.artifacts.before = lambda method, key: made.append(method)
    return made


def test_a_version_with_a_plan_is_scored_by_it_and_its_pipeline_is_not_loaded(
    platform: MemoryPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.train()
    monkeypatch.setattr(artifact, "load", lambda path: pytest.fail("the pipeline was loaded"))

    loaded = model_cache_of(platform).model("shop", "latest")

    assert isinstance(loaded.model.members[0].estimator, LinearRegression)


def test_a_model_type_without_a_plan_is_scored_by_its_pipeline(platform: MemoryPlatform) -> None:
    platform.put("train/shop/rows.csv", model_type="KNeighborsRegressor")
    platform.work()

    assert (
        type(model_cache_of(platform).model("shop", "1").model.members[0].estimator).__name__ == "KNeighborsRegressor"
    )
    assert versions.load_manifest(platform.cloud.artifacts, "shop", 1).plan is None


def test_a_version_from_before_there_were_plans_is_scored_by_its_pipeline(platform: MemoryPlatform) -> None:
    platform.train()
    manifest = versions.load_manifest(platform.cloud.artifacts, "shop", 1).model_copy(update={"plan": None})
    platform.cloud.artifacts.put(keys.manifest("shop", 1), seal(platform.cloud, manifest))

    assert type(model_cache_of(platform).model("shop", "1").model.members[0].estimator).__name__ == "Ridge"


def test_a_plan_of_another_release_leaves_the_pipeline_to_score(
    platform: MemoryPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.train()
    monkeypatch.setattr(store, "FORMAT", store.FORMAT + 1)

    assert type(model_cache_of(platform).model("shop", "1").model.members[0].estimator).__name__ == "Ridge"


def test_many_who_want_a_model_at_once_load_it_once(platform: MemoryPlatform) -> None:
    platform.train()
    model_cache, made = model_cache_of(platform), calls(platform)
    together = threading.Barrier(8)

    def ask() -> object:
        together.wait()
        return model_cache.model("shop", "1").model

    with ThreadPoolExecutor(8) as pool:
        models = {id(asked.result()) for asked in [pool.submit(ask) for _ in range(8)]}

    assert (len(models), sorted(made)) == (1, ["download", "get", "head"])


def test_a_load_that_fails_is_tried_again_by_the_next_who_asks(platform: MemoryPlatform) -> None:
    platform.train()
    model_cache = model_cache_of(platform)
    platform.cloud.artifacts.before = _away
    with pytest.raises(ConnectionError):
        model_cache.version("shop", 1)
    platform.cloud.artifacts.before = lambda method, key: None

    assert model_cache.version("shop", 1).manifest.version == 1


def _away(method: str, key: str) -> None:
    raise ConnectionError("away")


def test_versions_of_the_same_bytes_are_kept_once(platform: MemoryPlatform) -> None:
    platform.train()
    platform.train()
    model_cache = model_cache_of(platform)

    assert model_cache.model("shop", "1").model is model_cache.model("shop", "2").model


def test_what_is_loaded_is_kept_and_the_least_used_gives_way(platform: MemoryPlatform) -> None:
    platform.train()
    platform.train(body=OTHER_ROWS)
    model_cache = model_cache_of(platform, cache_bytes=1)
    first = model_cache.model("shop", "1").model

    assert model_cache.model("shop", "1").model is first
    model_cache.model("shop", "2")
    assert model_cache.model("shop", "1").model is not first


@pytest.mark.parametrize("wanted", ["model", "version"])
def test_a_kept_model_counts_by_its_size_before_compression(platform: MemoryPlatform, wanted: str) -> None:
    for version, body in ((1, ROWS), (2, OTHER_ROWS)):
        platform.train(body=body)
        unpack(platform, version, size=1024**3)
    model_cache = model_cache_of(platform, cache_bytes=2 * 1024**3 - 1)
    asked = {
        "model": lambda name: model_cache.model("shop", name),
        "version": lambda name: model_cache.version("shop", int(name)),
    }
    first = asked[wanted]("1").model

    assert asked[wanted]("1").model is first
    asked[wanted]("2")
    assert asked[wanted]("1").model is not first


def test_latest_is_asked_again_once_it_may_be_too_old(platform: MemoryPlatform) -> None:
    platform.train()
    model_cache = model_cache_of(platform, fresh_seconds=2)
    assert model_cache.resolve("shop", "latest") == 1
    platform.train()

    platform.clock.forward(1)
    known = model_cache.resolve("shop", "latest")
    platform.clock.forward(1)

    assert (known, model_cache.resolve("shop", "latest")) == (1, 2)


def test_asking_again_for_latest_is_one_head_where_nothing_was_published(platform: MemoryPlatform) -> None:
    platform.train()
    model_cache = model_cache_of(platform, fresh_seconds=0)
    model_cache.resolve("shop", "latest")
    made = calls(platform)

    assert (model_cache.resolve("shop", "latest"), made) == (1, ["head"])


def test_only_what_is_loaded_and_fresh_is_at_hand(platform: MemoryPlatform) -> None:
    platform.train()
    model_cache = model_cache_of(platform, fresh_seconds=2)
    before = model_cache.at_hand("shop", "latest")
    loaded = model_cache.model("shop", "latest")
    made = calls(platform)
    fresh = model_cache.at_hand("shop", "latest")
    platform.clock.forward(2)

    assert (before, fresh, model_cache.at_hand("shop", "latest"), made) == (None, loaded, None, [])


def test_a_model_at_hand_is_the_wanted_one_while_other_threads_evict(platform: MemoryPlatform) -> None:
    platform.train()
    platform.train(body=OTHER_ROWS)
    model_cache = model_cache_of(platform, cache_bytes=1)

    def ask(version: int) -> int:
        model_cache.model("shop", str(version))
        loaded = model_cache.at_hand("shop", str(version))
        return loaded.manifest.version if loaded else version

    asked = [1, 2] * 50
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, asked)) == asked


def test_lookups_and_loads_are_counted(platform: MemoryPlatform) -> None:
    platform.train()
    metrics = recorded(platform.cloud)
    model_cache = model_cache_of(platform)

    missing = model_cache.at_hand("shop", "latest")
    model_cache.model("shop", "latest")
    model_cache.model("shop", "1")
    at_hand = model_cache.at_hand("shop", "latest")

    assert missing is None
    assert at_hand is not None
    assert (metrics.total(MODEL_CACHE, result="hit"), metrics.total(MODEL_CACHE, result="miss")) == (2, 1)
    assert len(metrics.durations["model_load_duration", ()]) == 1


def test_a_load_that_fails_is_a_miss_and_no_load(platform: MemoryPlatform) -> None:
    platform.train()
    metrics = recorded(platform.cloud)
    model_cache = model_cache_of(platform)
    model_cache.resolve("shop", "latest")
    platform.cloud.artifacts.before = _fail_downloads

    with pytest.raises(StorageUnavailable):
        model_cache.model("shop", "latest")

    assert metrics.total(MODEL_CACHE, result="miss") == 1
    assert metrics.durations == {}


def _fail_downloads(method: str, key: str) -> None:
    if method == "download":
        raise StorageUnavailable("away")
