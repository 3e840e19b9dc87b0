"""Attacks by someone who can write to the artifacts bucket, and the entry points that load a model."""

import hashlib
import json
import pickle
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from mini_ml import keys
from mini_ml.adapters.aws.seal import HmacSeal
from mini_ml.adapters.memory.cloud import MemoryCloud
from mini_ml.contracts import Artifact, Manifest
from mini_ml.jobs import store
from mini_ml.ports import StoredObject
from mini_ml.registry import versions
from mini_ml.registry.sealing import seal
from tests.functions.services import IRIS_ROW, Services, predict, problem, sample

MODEL: Final = "default"


@dataclass(frozen=True)
class Marker:
    """What unpickles by touching a file: had it been loaded, the file would be there."""

    path: Path

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.path,)


@dataclass(frozen=True)
class Attack:
    """An attacker's tools: the store, and a pickle that leaves a marker where it is loaded."""

    cloud: MemoryCloud
    marker: Path

    @property
    def malware(self) -> bytes:
        return pickle.dumps(Marker(self.marker))

    def manifest(self) -> Manifest:
        return versions.load_manifest(self.cloud.artifacts, MODEL, 1)

    def put_manifest(self, body: bytes, version: int = 1) -> None:
        self.cloud.artifacts.put(keys.manifest(MODEL, version), body)

    def forge_manifest(self, version: int = 1) -> Manifest:
        """Plant the malware beside the artifact, and return a manifest that names it, its size and its digest."""
        true = self.manifest()
        head = self.cloud.artifacts.put(true.artifact.key.replace("model.joblib", "other.joblib"), self.malware)
        planted = Artifact(
            key=head.key,
            version_id=head.version_id,
            size=head.size,
            sha256=hashlib.sha256(self.malware).hexdigest(),
        )
        return true.model_copy(update={"artifact": planted, "version": version})

    def exchange_bytes(self, body_of: Callable[[int], bytes]) -> None:
        """Change the bytes of a version of the artifact and of the plan on the disks of the store.

        An entry point finds other bytes in whichever file it reads; `body_of` receives the original size.
        """
        manifest = self.manifest()
        assert manifest.plan
        for stored in (manifest.artifact, manifest.plan):
            head, body = self.cloud.artifacts.head(stored.key), body_of(stored.size)
            self.cloud.artifacts._versions[stored.key] = [StoredObject(head=head, body=body)]


def edit_the_manifest(attack: Attack) -> None:
    attack.put_manifest(_canonical(attack.forge_manifest()))


def seal_with_another_key(attack: Attack) -> None:
    attack.put_manifest(seal(replace(attack.cloud, seal=HmacSeal(b"the attacker's")), attack.forge_manifest()))


def remove_the_seal(attack: Attack) -> None:
    document = json.loads(attack.forge_manifest().model_dump_json())
    del document["seal"]
    attack.put_manifest(json.dumps(document).encode())


def seal_with_no_text(attack: Attack) -> None:
    document = json.loads(attack.forge_manifest().model_dump_json())
    attack.put_manifest(json.dumps(document | {"seal": 1}).encode())


def name_the_artifact_twice(attack: Attack) -> None:
    """Put another artifact in front of the sealed one: parsers do not agree on which of the two counts."""
    true = attack.cloud.artifacts.get(keys.manifest(MODEL, 1)).body
    attack.put_manifest(b'{"artifact":' + attack.forge_manifest().artifact.model_dump_json().encode() + b"," + true[1:])


def damage_the_manifest(attack: Attack) -> None:
    attack.put_manifest(attack.cloud.artifacts.get(keys.manifest(MODEL, 1)).body[:-2])


def replace_the_manifest_by_a_list(attack: Attack) -> None:
    attack.put_manifest(b"[]")


def replace_the_manifest_by_no_text(attack: Attack) -> None:
    attack.put_manifest(b"\xff\xfe\x00")


def move_a_sealed_manifest_here(attack: Attack) -> None:
    """Put a manifest in place that the trainer sealed for version 2."""
    attack.put_manifest(seal(attack.cloud, attack.manifest().model_copy(update={"version": 2})))


def plant_a_newer_version(attack: Attack) -> None:
    attack.put_manifest(_canonical(attack.forge_manifest(version=2)), version=2)


def exchange_the_bytes(attack: Attack) -> None:
    attack.exchange_bytes(lambda size: attack.malware)


def exchange_the_bytes_for_as_many(attack: Attack) -> None:
    """Fill the malware up to the sealed size: pickle reads no further than its own end."""
    attack.exchange_bytes(lambda size: attack.malware.ljust(size, b"\0"))


def _canonical(manifest: Manifest) -> bytes:
    document = json.loads(manifest.model_dump_json())
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


FORGERIES: Final = (
    edit_the_manifest,
    seal_with_another_key,
    remove_the_seal,
    seal_with_no_text,
    name_the_artifact_twice,
    damage_the_manifest,
    replace_the_manifest_by_a_list,
    replace_the_manifest_by_no_text,
    move_a_sealed_manifest_here,
    plant_a_newer_version,
)
EXCHANGES: Final = (exchange_the_bytes, exchange_the_bytes_for_as_many)


def through_the_api(services: Services) -> str:
    answer = services.api.post(f"/models/{MODEL}/invocations", json={"instances": [IRIS_ROW]})
    return str(problem(answer)["code"])


def through_the_predict_service(services: Services) -> str:
    answer = services.predict.post(f"/models/{MODEL}/versions/latest/invocations", json={"instances": [IRIS_ROW]})
    return str(problem(answer)["code"])


def through_a_file(services: Services) -> str:
    return str(problem(predict(services.predict))["code"])


def through_an_upload(services: Services) -> str:
    head = services.cloud.uploads.put(f"predict/{MODEL}/flowers.csv", sample("iris_predict.csv"))
    services.deliver()
    job_id = keys.job_id_of_upload(services.cloud.uploads.bucket, head.key, head.version_id)
    failure = store.read(services.cloud, job_id).failure
    return failure.code if failure else "succeeded"


def through_a_download(services: Services) -> str:
    return str(problem(services.predict.get(f"/models/{MODEL}/versions/latest/artifact"))["code"])


def through_the_apis_download(services: Services) -> str:
    return str(problem(services.api.get(f"/models/{MODEL}/versions/latest/artifact"))["code"])


SCORING: Final = (through_the_api, through_the_predict_service, through_a_file, through_an_upload)
DOWNLOADS: Final = (through_a_download, through_the_apis_download)
