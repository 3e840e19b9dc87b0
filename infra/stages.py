"""What may differ between two stacks on AWS: scratch space, retention, throttling; the rest is in mini_ml/topology."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from mini_ml.topology import STAGES, FunctionName, Stage

Architecture = Literal["arm64", "x86_64"]

_MACHINES: Final[Mapping[str, Architecture]] = {
    "aarch64": "arm64",
    "arm64": "arm64",
    "x86_64": "x86_64",
    "amd64": "x86_64",
}


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """One stage on AWS."""

    stage: Stage
    """Names, memory, timeouts, leases and limits."""
    scratch_mib: Mapping[FunctionName, int]
    """Size of each function's `/tmp`."""
    architecture: Architecture
    """Of the functions and of the machine that builds their images, unless that one emulates."""
    log_retention_days: int
    result_retention_days: int
    """How long predictions and the files to score are kept; datasets and models are kept for good."""
    workers_at_once: int
    """Messages of one queue that are worked on at once; AWS takes no less than 2."""
    requests_per_second: int
    requests_at_once: int
    """How far a burst may go beyond the rate."""

    @property
    def name(self) -> str:
        """The name that resources carry."""
        return self.stage.name


_DEV: Final = Deployment(
    stage=STAGES["dev"],
    scratch_mib={"api": 512, "trainer": 2048, "predict": 1024, "predict-batch": 3072},
    architecture="arm64",
    log_retention_days=14,
    result_retention_days=30,
    workers_at_once=2,
    requests_per_second=20,
    requests_at_once=40,
)

_PROD: Final = replace(
    _DEV,
    stage=STAGES["prod"],
    log_retention_days=90,
    result_retention_days=90,
    workers_at_once=10,
    requests_per_second=200,
    requests_at_once=400,
)

DEPLOYMENTS: Final[Mapping[str, Deployment]] = {"dev": _DEV, "prod": _PROD}


def chosen(stage: str | None, architecture: str | None) -> Deployment:
    """Return the deployment that the context asks for: `dev`, for the machine that builds, where it asks for nothing.

    Raises:
        ValueError: there is no such stage or architecture.
    """
    name = stage or "dev"
    if name not in DEPLOYMENTS:
        raise ValueError(f"There is no stage {name}; use one of {', '.join(DEPLOYMENTS)}.")
    wanted = (architecture or platform.machine()).lower()
    if wanted not in _MACHINES:
        raise ValueError(f"There is no architecture {wanted} on Lambda; use arm64 or x86_64.")
    return replace(DEPLOYMENTS[name], architecture=_MACHINES[wanted])
