"""A forged file in the artifacts bucket is never unpickled, at any entry point that loads a model.

Each test plants a real pickle that would create a file, and checks that the file does not exist.
"""

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from mini_ml import keys
from mini_ml.contracts import Alias
from mini_ml.registry.alias_moves import move_alias
from tests.functions import attacks
from tests.functions.attacks import DOWNLOADS, EXCHANGES, FORGERIES, MODEL, SCORING, Attack
from tests.functions.services import IRIS_ROW, Services, train

Forgery = Callable[[Attack], None]
EntryPoint = Callable[[Services], str]


@pytest.fixture
def attack(idle: Services, tmp_path: Path) -> Attack:
    """An attack on services that have a model with one version, which is not loaded yet."""
    assert train(idle.trainer).status_code == 201
    return Attack(idle.cloud, tmp_path / "marker")


def test_the_malware_is_real(attack: Attack) -> None:
    pickle.loads(attack.malware)

    assert attack.marker.exists()


@pytest.mark.parametrize("entry_point", SCORING + DOWNLOADS)
@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_version_that_the_trainer_did_not_seal_is_rejected(
    idle: Services, attack: Attack, forgery: Forgery, entry_point: EntryPoint
) -> None:
    forgery(attack)

    code = entry_point(idle)

    assert code == "artifact_rejected"
    assert not attack.marker.exists()


@pytest.mark.parametrize("entry_point", SCORING)
@pytest.mark.parametrize("exchange", EXCHANGES)
def test_an_artifact_with_other_bytes_is_rejected(
    idle: Services, attack: Attack, exchange: Forgery, entry_point: EntryPoint
) -> None:
    exchange(attack)

    code = entry_point(idle)

    assert code == "artifact_rejected"
    assert not attack.marker.exists()


def test_an_artifact_that_overwrites_the_sealed_artifact_is_not_read(idle: Services, attack: Attack) -> None:
    sealed = attack.manifest().artifact
    plan = attack.manifest().plan
    assert plan
    attack.cloud.artifacts.put(sealed.key, attack.malware)
    attack.cloud.artifacts.put(plan.key, attack.malware)

    scored = idle.api.post(f"/models/{MODEL}/invocations", json={"instances": [IRIS_ROW]})
    download = idle.predict.get(f"/models/{MODEL}/versions/1/artifact?redirect=false").json()["url"]

    assert scored.json()["predictions"] == ["Setosa"]
    assert attacks.through_an_upload(idle) == "succeeded"
    assert download.endswith(f"&versionId={sealed.version_id}")
    assert not attack.marker.exists()


def test_an_alias_changed_by_hand_serves_a_sealed_version_and_names_it(idle: Services, attack: Attack) -> None:
    train(idle.trainer)
    move_alias(attack.cloud, MODEL, "champion", 2, moved_by="tests")
    rolled_back = Alias(alias="champion", version=1, updated_at=attack.cloud.now())
    attack.cloud.artifacts.put(keys.alias(MODEL, "champion"), rolled_back.model_dump_json().encode())

    answer = idle.api.post(f"/models/{MODEL}/versions/champion/invocations", json={"instances": [IRIS_ROW]}).json()

    assert (answer["version"], answer["predictions"]) == (1, ["Setosa"])


@pytest.mark.parametrize("version", [2, -1, 10**9])
def test_an_alias_resolves_only_to_sealed_versions(idle: Services, attack: Attack, version: int) -> None:
    attacks.plant_a_newer_version(attack)
    alias = Alias(alias="champion", version=version, updated_at=attack.cloud.now())
    attack.cloud.artifacts.put(keys.alias(MODEL, "champion"), alias.model_dump_json().encode())

    answer = idle.api.post(f"/models/{MODEL}/versions/champion/invocations", json={"instances": [IRIS_ROW]})

    assert answer.json()["code"] in {"artifact_rejected", "version_not_found"}
    assert not attack.marker.exists()


@pytest.mark.parametrize("path", ["", "/schema"])
def test_a_damaged_manifest_is_reported_as_damaged(idle: Services, attack: Attack, path: str) -> None:
    attacks.damage_the_manifest(attack)

    answer = idle.api.get(f"/models/{MODEL}/versions/1{path}")

    assert (answer.status_code, answer.json()["code"]) == (500, "artifact_rejected")


def test_a_damaged_alias_is_reported_and_repaired_by_setting_it(idle: Services, attack: Attack) -> None:
    attack.cloud.artifacts.put(keys.alias(MODEL, "champion"), b"{")
    path = f"/models/{MODEL}/versions/champion/schema"

    damaged = idle.api.get(path).json()["code"]
    idle.api.put(f"/models/{MODEL}/aliases/champion", json={"version": 1})

    assert damaged == "artifact_rejected"
    assert idle.api.get(path).status_code == 200


def test_a_rejected_model_fails_its_batch_at_the_first_attempt(idle: Services, attack: Attack) -> None:
    attacks.edit_the_manifest(attack)

    attacks.through_an_upload(idle)

    [job] = [job for job in idle.api.get("/jobs?kind=predict").json()["jobs"] if job["state"] == "failed"]
    assert (job["attempt"], job["error"]["code"]) == (1, "artifact_rejected")


def test_a_rejection_is_logged_with_its_version_and_reason(
    idle: Services, attack: Attack, caplog: pytest.LogCaptureFixture
) -> None:
    attacks.edit_the_manifest(attack)

    attacks.through_the_predict_service(idle)

    [record] = [vars(record) for record in caplog.records if record.message == "artifact_rejected"]
    assert (record["levelname"], record["model_name"], record["model_version"]) == ("ERROR", MODEL, 1)
    assert "sealed" in record["reason"]


@pytest.mark.parametrize(
    ("exchange", "reason"),
    [(attacks.exchange_the_bytes, "size"), (attacks.exchange_the_bytes_for_as_many, "digest")],
)
def test_the_size_of_an_artifact_is_checked_before_its_digest(
    idle: Services, attack: Attack, exchange: Forgery, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    exchange(attack)

    attacks.through_the_predict_service(idle)

    [record] = [vars(record) for record in caplog.records if record.message == "artifact_rejected"]
    assert f"the artifact's {reason} does not match" in record["reason"]
