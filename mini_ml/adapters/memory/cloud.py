"""In-memory implementation of the ports. tests/contract runs the same tests on it and on the AWS adapters."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from mini_ml import keys
from mini_ml.adapters.aws.seal import HmacSeal
from mini_ml.adapters.memory.metrics import MemoryMetrics
from mini_ml.adapters.memory.object_store import Hook, MemoryObjectStore, no_hook, utc_now
from mini_ml.adapters.ticker import HandTicker
from mini_ml.contracts import JobEvent, Kind, Upload
from mini_ml.ports import Cloud, Metrics
from mini_ml.topology import LOCAL_NAMES, STAGES, Stage


@dataclass(kw_only=True)
class MemoryQueue:
    """An in-memory queue, oldest message first. Tests remove messages from `messages` themselves."""

    messages: list[Upload] = field(default_factory=list)
    before: Hook = no_hook

    def send(self, upload: Upload) -> None:
        self.before("send", upload.key)
        self.messages.append(upload)

    def depth(self) -> int:
        self.before("depth", "")
        return len(self.messages)


@dataclass(kw_only=True)
class MemoryEventBus:
    """An in-memory event bus, oldest event first."""

    events: list[JobEvent] = field(default_factory=list)
    before: Hook = no_hook
    after: Hook = no_hook

    def send(self, event: JobEvent) -> None:
        self.before("send", event.job_id)
        self.events.append(event)
        self.after("send", event.job_id)


@dataclass(frozen=True, kw_only=True)
class MemoryCloud(Cloud):
    """A Cloud with in-memory types, so that tests can access their hooks and messages."""

    uploads: MemoryObjectStore
    artifacts: MemoryObjectStore
    queues: Mapping[Kind, MemoryQueue]
    events: MemoryEventBus
    every: HandTicker


def memory_cloud(
    *,
    stage: Stage = STAGES["test"],
    now: Callable[[], datetime] = utc_now,
    sleep: Callable[[float], None] = time.sleep,
    metrics: Metrics | None = None,
) -> MemoryCloud:
    """Create an empty cloud whose uploads bucket sends notifications to the queues, like S3."""
    queues: dict[Kind, MemoryQueue] = {"train": MemoryQueue(), "predict": MemoryQueue()}

    def announce(upload: Upload) -> None:
        if name := keys.match_upload(upload.key):
            queues[name.kind].messages.append(upload)

    return MemoryCloud(
        uploads=MemoryObjectStore(bucket=LOCAL_NAMES.uploads_bucket, now=now, notify=announce),
        artifacts=MemoryObjectStore(bucket=LOCAL_NAMES.artifacts_bucket, now=now),
        queues=queues,
        events=MemoryEventBus(),
        seal=HmacSeal(b"memory"),
        stage=stage,
        now=now,
        new_id=lambda: keys.new_job_id(now(), uuid4().bytes),
        sleep=sleep,
        every=HandTicker(),
        metrics=metrics or MemoryMetrics(),
    )
