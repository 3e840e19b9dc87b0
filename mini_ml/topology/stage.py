"""What may differ from one deployment to the next: leases, timeouts, memory, schedules."""

from dataclasses import dataclass, field, replace
from typing import Final

from mini_ml.topology.limits import Limits

_CORE_MIB: Final = 1769
"""Memory of a Lambda function at which it has one core to itself; below, it has that share of one."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Everything that may differ from one deployment to the next."""

    name: str
    lease_seconds: float = 60.0
    """How long a worker holds a job without renewing."""
    renew_seconds: float = 20.0
    progress_seconds: float = 2.0
    """How often a worker may write its progress into the job."""
    attempts: int = 3
    """Leases a job may use up before it fails as `worker_lost`."""
    api_timeout_seconds: int = 28
    trainer_timeout_seconds: int = 900
    predict_timeout_seconds: int = 29
    batch_timeout_seconds: int = 900
    api_memory_mib: int = 512
    trainer_memory_mib: int = 3008
    """The most that a new AWS account may ask for; on one machine no more than a promise that so much is free."""
    predict_memory_mib: int = 1769
    batch_memory_mib: int = 1769
    max_receive_count: int = 5
    sweep_every_seconds: int = 60
    upload_expiry_seconds: int = 3600
    """How long a presigned upload may be used."""
    url_expiry_seconds: int = 900
    """How long a presigned download may be used."""
    wait_seconds: float = 25.0
    """Default and most that `Prefer: wait` holds a request open."""
    requeue_after_seconds: float = 120.0
    """Age from which the sweep announces a queued job, or an upload without a job, again."""
    return_seconds: float = 1.0
    """Wait of a poller before a message that failed comes back for the first time; doubles each time."""
    clock_slack_seconds: float = 300.0
    """By how much the clocks of a worker, the sweep and S3 may differ."""
    sweep_lookback_seconds: float = 3600.0
    """How far a round of the sweep over the uploads looks back behind the round before."""
    sweep_jobs: int = 200
    """Most open jobs, and most new uploads, that one sweep asks about; the next one goes on behind them."""
    sweep_versions: int = 10_000
    """Most versions of uploads that one sweep lists."""
    limits: Limits = field(default_factory=Limits)

    @property
    def training_limits(self) -> Limits:
        """The limits of what the trainer takes on."""
        return self._limits_of(self.trainer_timeout_seconds, self.trainer_memory_mib)

    @property
    def batch_limits(self) -> Limits:
        """The limits of what predict-batch takes on."""
        return self._limits_of(self.batch_timeout_seconds, self.batch_memory_mib)

    def _limits_of(self, timeout_seconds: int, memory_mib: int) -> Limits:
        """Leave a third of the time, and a seventh of the memory, to what an estimate cannot know."""
        cores = min(1.0, memory_mib / _CORE_MIB)
        return replace(
            self.limits,
            estimated_seconds=int(timeout_seconds * cores * 2 / 3),
            estimated_memory_mib=int(memory_mib * 0.85),
        )

    def visibility_seconds(self, timeout_seconds: int) -> int:
        """Return the visibility timeout of a queue whose consumer runs at most `timeout_seconds`."""
        return 6 * timeout_seconds


STAGES: Final[dict[str, Stage]] = {
    "local": Stage(
        name="local",
        lease_seconds=15.0,
        renew_seconds=5.0,
        progress_seconds=0.5,
        sweep_every_seconds=10,
        requeue_after_seconds=30.0,
        return_seconds=0.25,
        sweep_lookback_seconds=300.0,
        trainer_memory_mib=4096,
    ),
    "test": Stage(
        name="test",
        lease_seconds=2.0,
        renew_seconds=0.5,
        progress_seconds=0.25,
        api_timeout_seconds=10,
        trainer_timeout_seconds=20,
        predict_timeout_seconds=10,
        batch_timeout_seconds=20,
        sweep_every_seconds=1,
        upload_expiry_seconds=3,
        wait_seconds=8.0,
        requeue_after_seconds=2.0,
        return_seconds=0.1,
        clock_slack_seconds=5.0,
        sweep_lookback_seconds=5.0,
    ),
    "dev": Stage(name="dev"),
    "prod": Stage(
        name="prod", api_memory_mib=1024, trainer_memory_mib=8192, predict_memory_mib=3008, batch_memory_mib=3008
    ),
}
