"""Deployments on AWS: storage, retention, throttling and concurrency of each stage. The rest is in mini_ml/topology."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from infra.by_function import parse_by_function, require_range
from infra.context import InvalidContext
from mini_ml.topology import MIB, STAGES, FunctionName, Stage, functions

_LEAST_SCRATCH_MIB: Final = 512
"""The least that Lambda provides."""

Architecture = Literal["arm64", "x86_64"]

CONTEXT: Final = (
    "stage",
    "architecture",
    "base_image",
    "memory_mib",
    "reserved_concurrency",
    "account_log_role",
)
"""Context values that choose and change a deployment."""
_ARCHITECTURES: Final[tuple[Architecture, ...]] = ("arm64", "x86_64")
_DIGEST: Final = re.compile(r"[^\s@]+@sha256:[0-9a-f]{64}")
_MEMORY_FIELDS: Final[Mapping[FunctionName, str]] = {
    "api": "api_memory_mib",
    "sweeper": "sweeper_memory_mib",
    "trainer": "trainer_memory_mib",
    "predict": "predict_memory_mib",
    "predict-batch": "batch_memory_mib",
}


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """AWS parameters of one stage."""

    stage: Stage
    """Names, memory, timeouts, leases and limits."""
    architecture: Architecture
    """CPU architecture of the functions. Docker emulates it on other machines."""
    log_retention_days: int
    result_retention_days: int
    """Retention of predictions and their input files. Datasets and models are kept forever."""
    workers_at_once: int
    """Maximum number of concurrent workers per queue; AWS requires at least 2."""
    requests_per_second: int
    requests_at_once: int
    """Burst limit of the API."""
    submissions_per_second: int
    """Rate limit of `POST /train`, and of `POST /predict`. Such a request occupies a function while it waits."""
    submissions_at_once: int
    """Burst limit of `POST /train`, and of `POST /predict`."""
    base_image: str | None = None
    """Image that the images are built from; None means the default of the Dockerfile."""
    reserved_concurrency: Mapping[FunctionName, int] = field(default_factory=dict)
    """Executions that only this function can use, and no more; functions that are not named share the others."""
    sets_account_log_role: bool = True
    """Whether the stack sets the role with which API Gateway writes logs, for the whole account and region."""

    @property
    def scratch_mib(self) -> Mapping[FunctionName, int]:
        """Size of each function's `/tmp`: what two attempts write, because what a killed one left stays until the next.

        The trainer writes the dataset, the model and its compressed copy; predict the model; and predict-batch also an
        output of up to twice the size of its upload.
        """
        upload, model = self.stage.limits.upload_bytes // MIB, self.stage.limits.artifact_bytes // MIB
        return {
            "api": _LEAST_SCRATCH_MIB,
            "sweeper": _LEAST_SCRATCH_MIB,
            "trainer": 2 * (upload + 2 * model),
            "predict": 2 * model,
            "predict-batch": 2 * (2 * upload + model),
        }

    @property
    def name(self) -> str:
        """Name of the stage, which is part of resource names."""
        return self.stage.name

    @property
    def waiting_at_once(self) -> int:
        """Largest number of requests that wait for their jobs at once, if each client asks for the longest wait."""
        return self._waiting(self.stage.wait_seconds)

    @property
    def waiting_by_default(self) -> int:
        """Largest number of requests that wait for their jobs at once, if no client asks for another wait."""
        return self._waiting(self.stage.default_wait_seconds)

    def _waiting(self, seconds: float) -> int:
        """Return how many requests of both kinds wait at once: a burst, and what arrives while the first one waits."""
        return 2 * (self.submissions_at_once + round(self.submissions_per_second * seconds))


_DEV: Final = Deployment(
    stage=STAGES["dev"],
    architecture="arm64",
    log_retention_days=14,
    result_retention_days=30,
    workers_at_once=2,
    requests_per_second=20,
    requests_at_once=40,
    submissions_per_second=1,
    submissions_at_once=5,
)

_PROD: Final = replace(
    _DEV,
    stage=STAGES["prod"],
    log_retention_days=90,
    result_retention_days=90,
    workers_at_once=10,
    requests_per_second=200,
    requests_at_once=400,
    submissions_per_second=10,
    submissions_at_once=20,
)

DEPLOYMENTS: Final[Mapping[str, Deployment]] = {"dev": _DEV, "prod": _PROD}


def select_deployment(context: Mapping[str, str | None]) -> Deployment:
    """Return the deployment of a stage, with what the CDK context changes.

    Args:
        context: values of `CONTEXT`; missing ones and None mean the default.

    Raises:
        InvalidContext: a value is unknown, or does not suit the stage.
    """
    name = context.get("stage") or "dev"
    if name not in DEPLOYMENTS:
        raise InvalidContext(f"Unknown stage {name}. Use one of {', '.join(DEPLOYMENTS)}.")
    deployment = DEPLOYMENTS[name]
    return replace(
        deployment,
        stage=_with_memory(deployment.stage, context.get("memory_mib")),
        architecture=_select_architecture(context.get("architecture") or deployment.architecture),
        base_image=_select_base_image(deployment, context.get("base_image") or None),
        reserved_concurrency=_select_reserved(deployment, context.get("reserved_concurrency")),
        sets_account_log_role=_sets_account_log_role(context.get("account_log_role") or "set"),
    )


def _with_memory(stage: Stage, value: str | None) -> Stage:
    memory = parse_by_function("memory_mib", value)
    require_range("memory_mib", memory, 128, 10_240)
    changed = {_MEMORY_FIELDS[function]: mib for function, mib in memory.items()}
    return replace(stage, **changed)  # type: ignore[arg-type]  # only fields for memory


def _select_architecture(name: str) -> Architecture:
    chosen = next((known for known in _ARCHITECTURES if known == name), None)
    if chosen is None:
        raise InvalidContext(f"Lambda does not support the architecture {name}. Use arm64 or x86_64.")
    return chosen


def _select_base_image(deployment: Deployment, image: str | None) -> str | None:
    """Return the base image. In `prod` it must have a digest, because a tag can mean another image at each build."""
    if deployment.name == "prod" and not (image and _DIGEST.fullmatch(image)):
        given = f"not the tag {image}" if image else "and none is given"
        raise InvalidContext(
            f"Stage prod needs a base image with a digest, {given}. Run `make base-image`, which stores the digest in "
            "cdk.json, or pass --context base_image=NAME@sha256:DIGEST."
        )
    return image


def _select_reserved(deployment: Deployment, value: str | None) -> dict[FunctionName, int]:
    """Return the reserved concurrency. A function with a queue needs as much as its queue may use, or is throttled."""
    reserved = parse_by_function("reserved_concurrency", value)
    if reserved and deployment.name != "prod":
        raise InvalidContext(
            f"Stage {deployment.name} reserves no concurrency, because 100 executions of an account must stay "
            "unreserved. Pass reserved_concurrency with stage=prod only."
        )
    for function in functions(deployment.stage):
        least = deployment.workers_at_once + function.sweeps if function.queue else 1
        if reserved.get(function.name, least) < least:
            raise InvalidContext(
                f"The context value reserved_concurrency must be at least {least} for {function.name}, not "
                f"{reserved[function.name]}."
            )
    return reserved


def _sets_account_log_role(value: str) -> bool:
    if value not in ("set", "keep"):
        raise InvalidContext(f"The context value account_log_role must be set or keep, not {value}.")
    return value == "set"
