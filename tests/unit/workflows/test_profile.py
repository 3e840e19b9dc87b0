"""The profile of a model lies beside its artifact, and the sealed manifest names it with its digest."""

import hashlib
import json
from typing import Any

import pytest

from mini_ml import keys
from mini_ml.contracts import Manifest, Profile
from mini_ml.registry import versions
from mini_ml.registry.sealing import is_sealed, load_verified_manifest
from tests.unit.workflows.memory_platform import MemoryPlatform


def stored_profile(platform: MemoryPlatform, manifest: Manifest) -> bytes:
    assert manifest.profile is not None
    return platform.cloud.artifacts.get(manifest.profile.key, version_id=manifest.profile.version_id).body


def test_the_profile_lies_beside_the_artifact(platform: MemoryPlatform) -> None:
    platform.train()

    manifest = load_verified_manifest(platform.cloud, "shop", 1)

    assert manifest.profile is not None
    assert manifest.profile.key == manifest.artifact.key.replace("model.joblib", keys.PROFILE)
    body = stored_profile(platform, manifest)
    assert (manifest.profile.sha256, manifest.profile.size) == (hashlib.sha256(body).hexdigest(), len(body))


def test_the_profile_describes_the_rows_that_the_manifest_counts(platform: MemoryPlatform) -> None:
    platform.train()

    manifest = load_verified_manifest(platform.cloud, "shop", 1)

    profile = Profile.model_validate_json(stored_profile(platform, manifest))
    assert profile.rows == manifest.dataset.training_rows
    assert [column.name for column in profile.columns] == [column.name for column in manifest.model_schema.columns]


def test_a_manifest_that_names_another_profile_is_not_sealed(platform: MemoryPlatform) -> None:
    platform.train()
    body = versions.load_document(platform.cloud.artifacts, "shop", 1)
    document: dict[str, Any] = json.loads(body)

    document["profile"]["sha256"] = "0" * 64
    forged = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    assert (is_sealed(platform.cloud, body), is_sealed(platform.cloud, forged)) == (True, False)


def test_no_value_of_the_data_is_logged(platform: MemoryPlatform, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        platform.train()

    profile = Profile.model_validate_json(stored_profile(platform, load_verified_manifest(platform.cloud, "shop", 1)))
    assert profile.worst_errors or profile.columns
    assert not any(column.name in caplog.text for column in profile.columns)


def test_the_report_lies_beside_the_artifact(platform: MemoryPlatform) -> None:
    platform.train()
    platform.train()

    manifest = load_verified_manifest(platform.cloud, "shop", 2)

    page = platform.cloud.artifacts.get(manifest.artifact.key.replace("model.joblib", keys.REPORT)).body.decode()
    assert '<html lang="en">' in page
    assert "shop, version 2" in page
