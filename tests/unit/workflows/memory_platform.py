"""A platform in memory: its workers process messages one by one, and can be killed at any write."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mini_ml import keys
from mini_ml.adapters.memory.cloud import MemoryCloud
from mini_ml.contracts import Upload
from mini_ml.jobs import sweep
from mini_ml.jobs.job import Job
from mini_ml.jobs.store import read
from mini_ml.registry import versions
from mini_ml.registry.sealing import seal
from mini_ml.workflows.batch_predict import score_upload
from mini_ml.workflows.model_cache import ModelCache
from mini_ml.workflows.train import train_upload
from tests.unit.workflows.story import Clock, build_upload

ROWS = b"size,colour,price\n" + b"".join(
    b"%d,%s,%d\n" % (17 * n % 41, (b"red", b"blue")[n % 2], 3 * n) for n in range(40)
)


class Killed(BaseException):
    """Raised to end a process as SIGKILL would; no later code runs."""


@dataclass
class MemoryPlatform:
    """An in-memory cloud, its clock and a working folder."""

    cloud: MemoryCloud
    clock: Clock
    workdir: Path

    def put(self, key: str, body: bytes = ROWS, **metadata: str) -> Upload:
        named = {name.replace("_", "-"): value for name, value in metadata.items()}
        return build_upload(self.cloud, self.cloud.uploads.put(key, body, metadata=named))

    def job_of(self, upload: Upload) -> Job:
        return read(self.cloud, keys.job_id_of_upload(upload.bucket, upload.key, upload.version_id or ""))

    def work(self) -> None:
        """Process every message in the queues."""
        model_cache = ModelCache(self.cloud, workdir=self.workdir, fresh_seconds=0)
        while self.cloud.queues["train"].messages:
            train_upload(self.cloud, self.cloud.queues["train"].messages.pop(0), workdir=self.workdir)
        while self.cloud.queues["predict"].messages:
            upload = self.cloud.queues["predict"].messages.pop(0)
            score_upload(self.cloud, model_cache, upload, threads=2)

    def recover(self) -> None:
        """Advance the clock, sweep and process messages until no job is open."""
        for _ in range(6):
            self.clock.forward(600)
            sweep.sweep(self.cloud)
            self.work()

    def train(self, model_name: str = "shop", body: bytes = ROWS, **metadata: str) -> Job:
        upload = self.put(f"train/{model_name}/rows.csv", body, model_type="Ridge", **metadata)
        self.work()
        return self.job_of(upload)

    def score(self, key: str, body: bytes = ROWS, **metadata: str) -> Job:
        upload = self.put(key, body, **metadata)
        self.work()
        return self.job_of(upload)

    def count_writes(self, story: Callable[[], object]) -> int:
        """Return the number of writes to the artifacts by a function."""
        writes = []
        self.cloud.artifacts.after = lambda method, key: writes.append(key)
        story()
        self.cloud.artifacts.after = lambda method, key: None
        return len(writes)

    def kill_at(self, write: int, *, before: bool) -> None:
        """Kill the process once, just before or just after its n-th write from now."""
        left = [write]

        def countdown(method: str, key: str) -> None:
            if method in {"head", "get", "open", "download", "list_folders", "list_keys", "list_versions"}:
                return
            left[0] -= 1
            if left[0] == 0:
                raise Killed

        if before:
            self.cloud.artifacts.before = countdown
        else:
            self.cloud.artifacts.after = countdown


def unpack(platform: MemoryPlatform, version: int, *, size: int) -> None:
    """Change the decompressed size of the files in the sealed manifest of a version of `shop`."""
    manifest = versions.load_manifest(platform.cloud.artifacts, "shop", version)
    larger = {
        name: stored.model_copy(update={"unpacked_size": size})
        for name, stored in (("artifact", manifest.artifact), ("plan", manifest.plan))
        if stored
    }
    manifest = manifest.model_copy(update=larger)
    platform.cloud.artifacts.put(keys.manifest("shop", version), seal(platform.cloud, manifest))
