"""The profile of a model lies beside its artifact, and the sealed manifest names it with its digest."""

import hashlib
import json
from contextlib import suppress
from typing import Any

import pytest

from mini_ml import keys
from mini_ml.contracts import Manifest, Profile
from mini_ml.registry import versions
from mini_ml.registry.sealing import is_sealed, load_verified_manifest
from mini_ml.report.render import render_report
from tests.unit.workflows.memory_platform import Killed, MemoryPlatform
from tests.unit.workflows.test_train import WRITES_OF_A_TRAINING


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


def stored_report(platform: MemoryPlatform, manifest: Manifest) -> str:
    key = manifest.artifact.key.replace("model.joblib", keys.REPORT)
    return platform.cloud.artifacts.get(key).body.decode()


def test_the_report_lies_beside_the_artifact_in_english(platform: MemoryPlatform) -> None:
    platform.train()

    manifest = load_verified_manifest(platform.cloud, "shop", 1)

    page = stored_report(platform, manifest)
    assert '<html lang="en"' in page
    assert "price" in page
    assert manifest.profile is not None
    profile = Profile.model_validate_json(stored_profile(platform, manifest))
    assert page.encode() == render_report(manifest, profile, language="en", values=True)


def test_a_worker_killed_before_the_report_leaves_it_to_the_next_attempt(platform: MemoryPlatform) -> None:
    upload = platform.put("train/shop/rows.csv", model_type="Ridge")
    platform.kill_at(WRITES_OF_A_TRAINING - 2, before=True)
    with suppress(Killed):
        platform.work()
    published = load_verified_manifest(platform.cloud, "shop", 1)
    written = [key.rpartition("/")[2] for key in platform.cloud.artifacts.list_keys("models/shop/artifacts/")]
    assert (keys.PROFILE in written, keys.REPORT in written) == (True, False)

    platform.recover()

    assert platform.job_of(upload).state == "succeeded"
    assert platform.job_of(upload).version == published.version == 1
    assert "<html" in stored_report(platform, published)
