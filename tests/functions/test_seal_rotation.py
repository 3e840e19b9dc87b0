"""Replacing the seal key: earlier models stay served as long as their key is listed, and new ones get the new key."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mini_ml.adapters.aws.seal import HmacSeal, RotatedSeal
from mini_ml.adapters.memory.cloud import MemoryCloud, memory_cloud
from mini_ml.ports import Seal
from mini_ml.registry import versions
from tests.functions.services import IRIS_ROW, Services, predict, problem, services_over, train

OLD, NEW = HmacSeal(b"the earlier key"), HmacSeal(b"the present key")


@pytest.fixture
def rotated(tmp_path: Path) -> MemoryCloud:
    """A cloud with a version sealed under the old key, whose services use the new key and still accept the old one."""
    cloud = with_seal(memory_cloud(), OLD)
    with services_over(cloud, tmp_path) as services:
        assert train(services.trainer).status_code == 201
    return with_seal(cloud, RotatedSeal(NEW, [OLD]))


def with_seal(cloud: MemoryCloud, seal: Seal) -> MemoryCloud:
    """Return the cloud with the same objects and another seal."""
    return replace(cloud, seal=seal)


def invoke(services: Services, version: str) -> Any:
    body = {"dataframe_records": [IRIS_ROW]}
    return services.predict.post(f"/models/default/versions/{version}/invocations", json=body)


def test_after_a_rotation_an_earlier_model_is_served_online_in_batches_and_as_a_file(
    rotated: MemoryCloud, tmp_path: Path
) -> None:
    with services_over(rotated, tmp_path) as services:
        online = invoke(services, "1")
        batch = predict(services.predict)
        file = services.predict.get("/models/default/versions/1/artifact")

    assert (online.status_code, online.json()["predictions"]) == (200, ["Setosa"])
    assert (batch.status_code, batch.json()["version"]) == (200, 1)
    assert file.status_code == 303


def test_after_a_rotation_new_versions_are_sealed_with_the_new_key_only(rotated: MemoryCloud, tmp_path: Path) -> None:
    with services_over(rotated, tmp_path) as services:
        trained = train(services.trainer)

    seals = [versions.load_manifest(rotated.artifacts, "default", version).seal for version in (1, 2)]
    assert trained.status_code == 201
    assert [seal.partition(".")[0] for seal in seals] == [OLD.key_id, NEW.key_id]


def test_without_the_earlier_key_its_models_are_rejected_and_newer_ones_are_served(
    rotated: MemoryCloud, tmp_path: Path
) -> None:
    with services_over(rotated, tmp_path) as services:
        train(services.trainer)
    with services_over(with_seal(rotated, NEW), tmp_path) as services:
        earlier, newer = invoke(services, "1"), invoke(services, "2")

    assert problem(earlier)["code"] == "artifact_rejected"
    assert newer.json()["predictions"] == ["Setosa"]
