"""Stages: leases, timeouts, memory and schedules, which differ between deployments."""

from dataclasses import dataclass, field, replace
from typing import Final

from mini_ml.topology.limits import Limits

_CORE_MIB: Final = 1769
"""Memory at which a Lambda function gets one full core; below it, the share of a core is proportional."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Parameters of one deployment."""

    name: str
    is_emulated: bool = False
    """Whether the stage runs on an emulated AWS, whose endpoint every service must know."""
    lease_seconds: float = 60.0
    """Duration of a job lease without renewal."""
    renew_seconds: float = 20.0
    progress_seconds: float = 2.0
    """Minimum interval between progress updates of a job."""
    attempts: int = 3
    """Number of leases after which a job fails with `worker_lost`."""
    api_timeout_seconds: int = 28
    sweeper_timeout_seconds: int = 50
    """Less than a sweep's interval on AWS, so that one sweep ends before the next one starts."""
    trainer_timeout_seconds: int = 900
    predict_timeout_seconds: int = 29
    batch_timeout_seconds: int = 900
    api_memory_mib: int = 512
    sweeper_memory_mib: int = 512
    trainer_memory_mib: int = 3008
    """3,008 MiB is the maximum of a new AWS account. Local runs use it only for the memory estimate."""
    predict_memory_mib: int = 1769
    batch_memory_mib: int = 1769
    max_receive_count: int = 5
    sweep_every_seconds: int = 60
    upload_expiry_seconds: int = 3600
    """Lifetime of a presigned upload form."""
    url_expiry_seconds: int = 900
    """Lifetime of a presigned download URL."""
    wait_seconds: float = 25.0
    """Maximum time that `Prefer: wait` keeps a request open."""
    default_wait_seconds: float = 25.0
    """Time that a request without `Prefer: wait` waits for its job; on Lambda it occupies an execution meanwhile."""
    requeue_after_seconds: float = 120.0
    """Age after which the sweep sends a queued job, or an orphaned upload, to its queue again."""
    return_seconds: float = 1.0
    """Delay before the event poller redelivers a failed message; doubles with each failure."""
    resend_after_seconds: float = 10.0
    """Age of a job's end after which the sweep sends its event if the worker could not; longer than one try takes."""
    clock_slack_seconds: float = 300.0
    """Maximum difference between the clocks of a worker, the sweep and S3."""
    sweep_lookback_seconds: float = 3600.0
    """Overlap between two rounds of the sweep over the uploads."""
    sweep_jobs: int = 200
    """Maximum number of open jobs, and of new uploads, per sweep; the next sweep continues after them."""
    sweep_versions: int = 10_000
    """Maximum number of upload versions that one sweep lists."""
    limits: Limits = field(default_factory=Limits)

    @property
    def training_limits(self) -> Limits:
        """Limits for the trainer, derived from its timeout and memory."""
        return self._limits_of(self.trainer_timeout_seconds, self.trainer_memory_mib)

    @property
    def training_cores(self) -> float:
        """Cores of the trainer, derived from its memory; the trees of a forest use all of them."""
        return max(1.0, self.trainer_memory_mib / _CORE_MIB)

    @property
    def batch_limits(self) -> Limits:
        """Limits for predict-batch, derived from its timeout and memory."""
        return self._limits_of(self.batch_timeout_seconds, self.batch_memory_mib)

    @property
    def inspection_limits(self) -> Limits:
        """Limits for inspections by the predict service, derived from its timeout and memory."""
        return self._limits_of(self.predict_timeout_seconds, self.predict_memory_mib)

    def with_memory(self, memory_mib: int) -> "Stage":
        """Return the stage as a function with this memory sees it; a function reads the memory of no other one."""
        return replace(self, trainer_memory_mib=memory_mib, predict_memory_mib=memory_mib, batch_memory_mib=memory_mib)

    def _limits_of(self, timeout_seconds: int, memory_mib: int) -> Limits:
        """Return limits that keep a third of the time and 15 % of the memory in reserve for estimation errors."""
        cores = min(1.0, memory_mib / _CORE_MIB)
        return replace(
            self.limits,
            estimated_seconds=int(timeout_seconds * cores * 2 / 3),
            estimated_memory_mib=int(memory_mib * 0.85),
        )

    def visibility_seconds(self, timeout_seconds: int) -> int:
        """Return the visibility timeout for a consumer with this timeout: six times as long, as AWS recommends."""
        return 6 * timeout_seconds


STAGES: Final[dict[str, Stage]] = {
    "local": Stage(
        name="local",
        is_emulated=True,
        lease_seconds=15.0,
        renew_seconds=5.0,
        progress_seconds=0.5,
        sweeper_timeout_seconds=20,
        sweep_every_seconds=10,
        requeue_after_seconds=30.0,
        return_seconds=0.25,
        sweep_lookback_seconds=300.0,
        trainer_memory_mib=4096,
    ),
    "test": Stage(
        name="test",
        is_emulated=True,
        lease_seconds=2.0,
        renew_seconds=0.5,
        progress_seconds=0.25,
        api_timeout_seconds=10,
        sweeper_timeout_seconds=10,
        trainer_timeout_seconds=20,
        predict_timeout_seconds=10,
        batch_timeout_seconds=20,
        sweep_every_seconds=1,
        upload_expiry_seconds=3,
        wait_seconds=8.0,
        default_wait_seconds=8.0,
        requeue_after_seconds=2.0,
        return_seconds=0.1,
        resend_after_seconds=1.0,
        clock_slack_seconds=5.0,
        sweep_lookback_seconds=5.0,
    ),
    "dev": Stage(name="dev", default_wait_seconds=10.0),
    "prod": Stage(
        name="prod",
        default_wait_seconds=10.0,
        api_memory_mib=1024,
        predict_memory_mib=3008,
        batch_memory_mib=3008,
    ),
}
