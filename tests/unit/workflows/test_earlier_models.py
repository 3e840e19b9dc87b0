"""Models of an earlier release, which read cells by other rules, need retraining."""

import gzip
import json
from base64 import b64decode
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mini_ml import keys
from mini_ml.adapters.memory.cloud import MemoryCloud, memory_cloud
from mini_ml.contracts import Schema
from mini_ml.errors import ModelNeedsRetraining
from mini_ml.ml.cells.reader import READING_RULES
from mini_ml.registry.sealing import load_verified_manifest
from mini_ml.workflows.loading import load_manifest
from mini_ml.workflows.model_cache import ModelCache

RECORD: dict[str, Any] = json.loads(
    gzip.decompress((Path(__file__).parents[2] / "fixtures" / "models-7f73576.json.gz").read_bytes())
)
"""What commit 7f73576 stored: the registry's objects, and the name of each model."""


@pytest.fixture
def earlier() -> MemoryCloud:
    """A cloud with the registry as that commit left it."""
    cloud = memory_cloud()
    for key, stored in RECORD["objects"].items():
        cloud.artifacts.new_version_id = partial(str, stored["version_id"])
        cloud.artifacts.put(key, b64decode(stored["body"]))
    return cloud


@pytest.mark.parametrize("version", ["latest", "1"])
@pytest.mark.parametrize("name", RECORD["expected"])
def test_a_model_of_an_earlier_release_needs_retraining(
    name: str, version: str, earlier: MemoryCloud, tmp_path: Path
) -> None:
    with pytest.raises(ModelNeedsRetraining) as caught:
        ModelCache(earlier, workdir=tmp_path).model(name, version)

    assert "reads cells by other rules" in str(caught.value)


@pytest.mark.parametrize("name", RECORD["expected"])
def test_a_batch_with_a_model_of_an_earlier_release_needs_retraining(name: str, earlier: MemoryCloud) -> None:
    with pytest.raises(ModelNeedsRetraining):
        load_manifest(earlier, name, 1)


@pytest.mark.parametrize("name", RECORD["expected"])
def test_the_seal_of_an_earlier_manifest_still_verifies_though_manifests_have_new_fields(
    name: str, earlier: MemoryCloud
) -> None:
    stored = earlier.artifacts.get(keys.manifest(name, 1)).body

    manifest = load_verified_manifest(earlier, name, 1)

    assert "file" not in json.loads(stored)
    assert manifest.file is None


def test_a_schema_without_reading_rules_is_one_of_an_earlier_release() -> None:
    assert Schema.model_fields["reading_rules"].default < READING_RULES
