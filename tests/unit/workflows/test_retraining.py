"""A model of another minor version of scikit-learn is not loaded, and can be trained again from its stored dataset."""

from io import BytesIO

import pytest

from mini_ml import keys
from mini_ml.errors import ModelNeedsRetraining
from mini_ml.ml.model import artifact
from mini_ml.registry import versions
from mini_ml.registry.sealing import seal
from mini_ml.workflows.model_cache import ModelCache
from tests.unit.workflows.memory_platform import MemoryPlatform


def _replace_release(platform: MemoryPlatform, scikit_learn: str) -> None:
    """Let version 1 be persisted, and sealed, by another version of scikit-learn."""
    manifest = versions.load_manifest(platform.cloud.artifacts, "shop", 1)
    libraries = {**manifest.libraries, "scikit-learn": scikit_learn}
    aged = seal(platform.cloud, manifest.model_copy(update={"libraries": libraries}))
    platform.cloud.artifacts.put(keys.manifest("shop", 1), aged)


@pytest.mark.parametrize("scikit_learn", ["1.8.9", "0.24.2", "2.9.0", ""])
def test_a_model_of_another_minor_version_is_rejected_before_it_is_unpickled(
    platform: MemoryPlatform, scikit_learn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.train()
    _replace_release(platform, scikit_learn)
    monkeypatch.setattr(artifact, "load", lambda file: pytest.fail("it was unpickled"))

    with pytest.raises(ModelNeedsRetraining, match="copy its dataset"):
        ModelCache(platform.cloud, workdir=platform.workdir).version("shop", 1)


def test_a_model_of_another_patch_version_is_served(platform: MemoryPlatform) -> None:
    platform.train()
    installed = artifact.libraries()["scikit-learn"]
    _replace_release(platform, f"{installed.rpartition('.')[0]}.99")

    assert ModelCache(platform.cloud, workdir=platform.workdir).version("shop", 1).manifest.version == 1


def test_the_stored_dataset_that_the_manifest_names_trains_it_again(platform: MemoryPlatform) -> None:
    platform.train()
    _replace_release(platform, "1.0.0")
    dataset = versions.load_manifest(platform.cloud.artifacts, "shop", 1).dataset
    stored = platform.cloud.uploads.get(dataset.key, version_id=dataset.version_id)

    platform.put("train/shop/again.csv", stored.body, model_type="Ridge")
    platform.work()

    served = ModelCache(platform.cloud, workdir=platform.workdir).model("shop", "latest").manifest
    assert (served.version, served.dataset.sha256) == (2, dataset.sha256)


@pytest.mark.parametrize("named", [b"cmini_ml.ml.gone\nModel\n.", b"cmini_ml.ml.model.fitted\nGone\n."])
def test_a_model_with_classes_that_this_release_lacks_needs_retraining(named: bytes) -> None:
    with pytest.raises(ModelNeedsRetraining, match=r"another release .* Train it again"):
        artifact.load(BytesIO(named))
