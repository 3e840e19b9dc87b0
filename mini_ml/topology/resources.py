"""Buckets, prefixes, queues and functions, and their names."""

from dataclasses import dataclass
from typing import Final, Literal

from mini_ml.topology.stage import Stage

Service = Literal["api", "trainer", "predict"]
QueueName = Literal["train", "predict", "dead-letters"]
FunctionName = Literal["api", "sweeper", "trainer", "predict", "predict-batch"]

PROJECT: Final = "mini-ml"

TRAIN_PREFIX: Final = "train/"
PREDICT_PREFIX: Final = "predict/"


@dataclass(frozen=True, kw_only=True)
class WorkQueue:
    """An SQS queue. Its messages are S3 event notifications, which refer to uploads and contain no data."""

    name: QueueName
    prefix: str | None
    """S3 sends a notification to this queue for uploads below this prefix; None for dead letters."""
    visibility_seconds: int
    max_receive_count: int | None
    """Number of receives after which a message becomes a dead letter; None for the dead-letter queue."""
    batch_size: int = 1


@dataclass(frozen=True, kw_only=True)
class Function:
    """A Lambda function: the image of a service and the trigger that invokes it."""

    name: FunctionName
    service: Service
    handler: str
    """`module:function`, as the event poller imports it; the command of the image is `module.function`."""
    timeout_seconds: int
    memory_mib: int
    """Lambda allocates CPU in proportion to memory: 1,769 MiB is one core."""
    queue: QueueName | None = None
    """Queue that is the event source of this function."""
    sweeps: bool = False
    """Whether the sweep schedule invokes this function."""


def queues(stage: Stage) -> tuple[WorkQueue, ...]:
    """Return the queues of a stage, with the dead-letter queue last."""
    return (
        WorkQueue(
            name="train",
            prefix=TRAIN_PREFIX,
            visibility_seconds=stage.visibility_seconds(stage.trainer_timeout_seconds),
            max_receive_count=stage.max_receive_count,
        ),
        WorkQueue(
            name="predict",
            prefix=PREDICT_PREFIX,
            visibility_seconds=stage.visibility_seconds(stage.batch_timeout_seconds),
            max_receive_count=stage.max_receive_count,
        ),
        WorkQueue(
            name="dead-letters",
            prefix=None,
            visibility_seconds=stage.visibility_seconds(stage.sweeper_timeout_seconds),
            max_receive_count=None,
        ),
    )


def functions(stage: Stage) -> tuple[Function, ...]:
    """Return the functions of a stage.

    Two images are deployed twice. `api` answers requests, some of which wait for a job, and `sweeper` has the schedule
    and the dead letters, so that they never wait behind requests. `predict` answers requests, and `predict-batch` has
    the queue.
    """
    api, trainer, predict = (f"functions.{service}.handler:lambda_handler" for service in ("api", "trainer", "predict"))
    return (
        Function(
            name="api",
            service="api",
            handler=api,
            timeout_seconds=stage.api_timeout_seconds,
            memory_mib=stage.api_memory_mib,
        ),
        Function(
            name="sweeper",
            service="api",
            handler=api,
            timeout_seconds=stage.sweeper_timeout_seconds,
            memory_mib=stage.sweeper_memory_mib,
            queue="dead-letters",
            sweeps=True,
        ),
        Function(
            name="trainer",
            service="trainer",
            handler=trainer,
            timeout_seconds=stage.trainer_timeout_seconds,
            memory_mib=stage.trainer_memory_mib,
            queue="train",
        ),
        Function(
            name="predict",
            service="predict",
            handler=predict,
            timeout_seconds=stage.predict_timeout_seconds,
            memory_mib=stage.predict_memory_mib,
        ),
        Function(
            name="predict-batch",
            service="predict",
            handler=predict,
            timeout_seconds=stage.batch_timeout_seconds,
            memory_mib=stage.batch_memory_mib,
            queue="predict",
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Names:
    """Resource names of one deployment."""

    uploads_bucket: str
    artifacts_bucket: str
    queue_prefix: str

    def queue(self, name: QueueName) -> str:
        """Return the name of a queue."""
        return f"{self.queue_prefix}-{name}"

    @property
    def seal_alias(self) -> str:
        """Alias of the KMS key that seals manifests."""
        return f"alias/{self.queue_prefix}-seal"

    def function(self, name: FunctionName) -> str:
        """Return the name of a function."""
        return f"{self.queue_prefix}-{name}"


LOCAL_NAMES: Final = Names(
    uploads_bucket="mini-ml-uploads", artifacts_bucket="mini-ml-artifacts", queue_prefix="mini-ml"
)


def aws_names(stage: Stage, *, account: str, region: str) -> Names:
    """Return the resource names on AWS. Bucket names are global, so they include the account and region."""
    return Names(
        uploads_bucket=f"{PROJECT}-{stage.name}-uploads-{account}-{region}",
        artifacts_bucket=f"{PROJECT}-{stage.name}-artifacts-{account}-{region}",
        queue_prefix=f"{PROJECT}-{stage.name}",
    )
