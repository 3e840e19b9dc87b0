"""Deployments on AWS: temporary storage, retention and throttling of each stage. The rest is in mini_ml/topology."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from mini_ml.topology import MIB, STAGES, FunctionName, Stage

_LEAST_SCRATCH_MIB: Final = 512
"""The least that Lambda provides."""

Architecture = Literal["arm64", "x86_64"]

_MACHINES: Final[Mapping[str, Architecture]] = {
    "aarch64": "arm64",
    "arm64": "arm64",
    "x86_64": "x86_64",
    "amd64": "x86_64",
}


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """AWS parameters of one stage."""

    stage: Stage
    """Names, memory, timeouts, leases and limits."""
    architecture: Architecture
    """CPU architecture of the functions, and of the machine that builds their images unless it emulates."""
    log_retention_days: int
    result_retention_days: int
    """Retention of predictions and their input files. Datasets and models are kept forever."""
    workers_at_once: int
    """Maximum number of concurrent workers per queue; AWS requires at least 2."""
    requests_per_second: int
    requests_at_once: int
    """Burst limit of the API."""

    @property
    def scratch_mib(self) -> Mapping[FunctionName, int]:
        """Size of each function's `/tmp`: what two attempts write, because what a killed one left stays until the next.

        The trainer writes the dataset, the model and its compressed copy; predict the model; and predict-batch also an
        output of up to twice the size of its upload.
        """
        upload, model = self.stage.limits.upload_bytes // MIB, self.stage.limits.artifact_bytes // MIB
        return {
            "api": _LEAST_SCRATCH_MIB,
            "trainer": 2 * (upload + 2 * model),
            "predict": 2 * model,
            "predict-batch": 2 * (2 * upload + model),
        }

    @property
    def name(self) -> str:
        """Name of the stage, which is part of resource names."""
        return self.stage.name


_DEV: Final = Deployment(
    stage=STAGES["dev"],
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


def select_deployment(stage: str | None, architecture: str | None) -> Deployment:
    """Return the deployment of a stage.

    Args:
        stage: name of the stage; None means `dev`.
        architecture: CPU architecture; None means that of this machine.

    Raises:
        ValueError: unknown stage or architecture.
    """
    name = stage or "dev"
    if name not in DEPLOYMENTS:
        raise ValueError(f"Unknown stage {name}. Use one of {', '.join(DEPLOYMENTS)}.")
    machine = (architecture or platform.machine()).lower()
    if machine not in _MACHINES:
        raise ValueError(f"Lambda does not support the architecture {machine}. Use arm64 or x86_64.")
    return replace(DEPLOYMENTS[name], architecture=_MACHINES[machine])
