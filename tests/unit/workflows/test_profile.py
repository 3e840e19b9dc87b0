"""The profile of a model lies beside its artifact, and the sealed manifest names it with its digest."""

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from mini_ml import keys
from mini_ml.contracts import Manifest, Profile
from mini_ml.errors import StorageUnavailable
from mini_ml.registry import versions
from mini_ml.registry.sealing import is_sealed, load_verified_manifest
from mini_ml.report.render import render_report
from mini_ml.workflows import reports, transfer
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


def test_no_cell_is_logged(platform: MemoryPlatform, caplog: pytest.LogCaptureFixture) -> None:
    rows = [f"{7000.5 + row}71913,c3ll-{'ab'[row % 2]},{9000 + 3 * row}.83517" for row in range(40)]
    with caplog.at_level("DEBUG"):
        platform.train(body="\n".join(["size,colour,price", *rows]).encode())

    body = stored_profile(platform, load_verified_manifest(platform.cloud, "shop", 1)).decode()
    logged = "\n".join(str(record.__dict__) for record in caplog.records)
    assert "job_succeeded" in logged
    for part in ("c3ll", "71913", ".83517"):
        assert (part in body, part in logged) == (True, False)


def stored_report(platform: MemoryPlatform, manifest: Manifest) -> str:
    key = manifest.artifact.key.replace("model.joblib", keys.REPORT)
    return platform.cloud.artifacts.get(key).body.decode()


def change_profiles(monkeypatch: pytest.MonkeyPatch, platform: MemoryPlatform) -> None:
    """Let the store return other bytes for each profile."""
    get = platform.cloud.artifacts.get

    def get_changed(key: str, **named: Any) -> Any:
        found = get(key, **named)
        return replace(found, body=b"{}") if key.endswith(keys.PROFILE) else found

    monkeypatch.setattr(platform.cloud.artifacts, "get", get_changed)


def fail_to_render(monkeypatch: pytest.MonkeyPatch, platform: MemoryPlatform) -> None:
    """Let the renderer raise an error that has no class of its own."""

    def fail(*_: Any, **__: Any) -> bytes:
        raise KeyError("heading")

    monkeypatch.setattr(reports, "render_report", fail)


def fail_to_store(monkeypatch: pytest.MonkeyPatch, platform: MemoryPlatform) -> None:
    """Let the store refuse each report."""
    put = transfer.put_bytes_once

    def fail(store: Any, key: str, body: bytes) -> Any:
        if key.endswith(keys.REPORT):
            raise StorageUnavailable("The store does not respond.")
        return put(store, key, body)

    monkeypatch.setattr(transfer, "put_bytes_once", fail)


@pytest.mark.parametrize(
    ("break_reports", "code"),
    [(change_profiles, "artifact_rejected"), (fail_to_render, "internal"), (fail_to_store, "storage_unavailable")],
)
def test_a_report_that_fails_does_not_fail_its_training(
    platform: MemoryPlatform,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    break_reports: Callable[[pytest.MonkeyPatch, MemoryPlatform], None],
    code: str,
) -> None:
    break_reports(monkeypatch, platform)

    job = platform.train()

    assert (job.state, job.version, job.attempt) == ("succeeded", 1, 1)
    keys_of_files = platform.cloud.artifacts.list_keys("models/shop/artifacts/")
    assert not any(key.endswith(keys.REPORT) for key in keys_of_files)
    logged = [record for record in caplog.records if record.message == "report_not_stored"]
    assert [(record.__dict__["job_id"], record.__dict__["code"]) for record in logged] == [(job.job_id, code)]


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
