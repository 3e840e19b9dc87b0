"""The one description of the cloud: buckets, prefixes, queues, functions, limits and routes.

The local provisioner, the poller and the CDK stack all read it; a test holds the synthesised template to it.
Units are in the names; sizes are bytes unless they say otherwise.
"""

from dataclasses import dataclass, field
from typing import Final, Literal

Room = Literal["api", "trainer", "predict"]
QueueName = Literal["train", "predict", "dead-letters"]

PROJECT: Final = "mini-ml"
REST_API_ID: Final = "mini-ml"
REST_STAGE: Final = "local"

TRAIN_PREFIX: Final = "train/"
PREDICT_PREFIX: Final = "predict/"

MIB: Final = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the product refuses, by name, before it does any work."""

    inline_upload_bytes: int = 4_400_000
    """Largest file through `/train` and `/predict`: what is left of Lambda's 6 MB after base64."""
    upload_bytes: int = 512 * MIB
    """Largest file through a presigned upload or the S3 door."""
    rows: int = 2_000_000
    """Most rows of a file."""
    columns: int = 2_000
    """Most columns of a file."""
    cell_chars: int = 32_768
    """Most characters of a cell."""
    encoded_width: int = 2_000
    """Columns of the matrix that an estimator sees."""
    online_rows: int = 10_000
    """Most rows in one online request."""
    online_bytes: int = 5_000_000
    """Largest body of an online request."""
    answer_bytes: int = 5_000_000
    """Largest list of predictions put into an answer; past it the answer links to the result."""
    artifact_bytes: int = 512 * MIB
    """Largest persisted model."""
    training_cost: int = 600_000_000_000
    """Most estimated work of a fit, in nanoseconds of one plain core (see ml/formulas.py); no clock is involved."""
    matrix_cells: int = 250_000_000
    """Most cells (rows × encoded width, 8 bytes each) of the matrix that an estimator is fitted on."""
    classes: int = 250
    """Most different labels of a target."""


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
    limits: Limits = field(default_factory=Limits)

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
    ),
    "dev": Stage(name="dev"),
    "prod": Stage(name="prod"),
}


@dataclass(frozen=True, kw_only=True)
class WorkQueue:
    """An SQS queue; its messages are S3 event notifications, references and never data."""

    name: QueueName
    prefix: str | None
    """Uploads below this prefix are announced here; None for the dead letters."""
    visibility_seconds: int
    max_receive_count: int | None
    """Receives before a message moves to the dead letters; None for the dead letters themselves."""
    batch_size: int = 1


@dataclass(frozen=True, kw_only=True)
class Function:
    """A Lambda function: one room's image, with one way to be called."""

    name: str
    room: Room
    handler: str
    """`module:function`, as the poller imports it; the image's command is the same with a dot."""
    timeout_seconds: int
    queue: QueueName | None = None
    """The queue whose event source mapping calls it."""
    sweeps: bool = False
    """Whether the sweep's schedule calls it."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """A path of the REST API and the room that answers it; `ANY` stands for every method."""

    path: str
    room: Room


def queues(stage: Stage) -> tuple[WorkQueue, ...]:
    """Return the queues of a stage, dead letters last."""
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
            visibility_seconds=stage.visibility_seconds(stage.api_timeout_seconds),
            max_receive_count=None,
        ),
    )


def functions(stage: Stage) -> tuple[Function, ...]:
    """Return the functions of a stage; predict's image is deployed twice, for REST and for its queue."""
    api, trainer, predict = (f"functions.{room}.handler:lambda_handler" for room in ("api", "trainer", "predict"))
    return (
        Function(
            name="api",
            room="api",
            handler=api,
            timeout_seconds=stage.api_timeout_seconds,
            queue="dead-letters",
            sweeps=True,
        ),
        Function(
            name="trainer",
            room="trainer",
            handler=trainer,
            timeout_seconds=stage.trainer_timeout_seconds,
            queue="train",
        ),
        Function(name="predict", room="predict", handler=predict, timeout_seconds=stage.predict_timeout_seconds),
        Function(
            name="predict-batch",
            room="predict",
            handler=predict,
            timeout_seconds=stage.batch_timeout_seconds,
            queue="predict",
        ),
    )


ROUTES: Final[tuple[Route, ...]] = (
    Route(path="/", room="api"),
    Route(path="/health", room="api"),
    Route(path="/docs", room="api"),
    Route(path="/docs/{asset}", room="api"),
    Route(path="/openapi.json", room="api"),
    Route(path="/train", room="api"),
    Route(path="/predict", room="api"),
    Route(path="/uploads", room="api"),
    Route(path="/jobs", room="api"),
    Route(path="/jobs/{job_id}", room="api"),
    Route(path="/jobs/{job_id}/result", room="api"),
    Route(path="/jobs/{job_id}/retry", room="api"),
    Route(path="/jobs/{job_id}/cancel", room="api"),
    Route(path="/model-types", room="api"),
    Route(path="/models", room="api"),
    Route(path="/models/{model_name}", room="api"),
    Route(path="/models/{model_name}/aliases/{alias}", room="api"),
    Route(path="/models/{model_name}/invocations", room="predict"),
    Route(path="/models/{model_name}/versions/{version}", room="api"),
    Route(path="/models/{model_name}/versions/{version}/schema", room="api"),
    Route(path="/models/{model_name}/versions/{version}/artifact", room="api"),
    Route(path="/models/{model_name}/versions/{version}/invocations", room="predict"),
)


GatewayResponse = Literal[
    "UNAUTHORIZED",
    "ACCESS_DENIED",
    "MISSING_AUTHENTICATION_TOKEN",
    "REQUEST_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "THROTTLED",
    "INTEGRATION_FAILURE",
    "INTEGRATION_TIMEOUT",
    "DEFAULT_4XX",
    "DEFAULT_5XX",
]


@dataclass(frozen=True, kw_only=True)
class GatewayRefusal:
    """What the gateway answers by itself, before or instead of a function, as the problem document it becomes."""

    response_type: GatewayResponse
    status: int
    code: str
    title: str
    detail: str

    def problem(self) -> dict[str, object]:
        """Return the problem document (RFC 9457)."""
        return {
            "type": f"urn:mini-ml:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "errors": [],
        }


GATEWAY_REFUSALS: Final[tuple[GatewayRefusal, ...]] = (
    GatewayRefusal(
        response_type="UNAUTHORIZED",
        status=401,
        code="unauthorized",
        title="Unauthorized",
        detail="The request carries no valid credential.",
    ),
    GatewayRefusal(
        response_type="ACCESS_DENIED",
        status=403,
        code="forbidden",
        title="Forbidden",
        detail="The credential does not allow this request.",
    ),
    GatewayRefusal(
        # The name is AWS's: the gateway says so for every path that it does not know.
        response_type="MISSING_AUTHENTICATION_TOKEN",
        status=404,
        code="route_not_found",
        title="No such route",
        detail="No route has this path.",
    ),
    GatewayRefusal(
        response_type="REQUEST_TOO_LARGE",
        status=413,
        code="upload_too_large",
        title="The upload is too large",
        detail="The request is larger than the gateway takes; send the file through POST /uploads.",
    ),
    GatewayRefusal(
        response_type="UNSUPPORTED_MEDIA_TYPE",
        status=415,
        code="unsupported_media_type",
        title="Unsupported media type",
        detail="The gateway does not read this content type.",
    ),
    GatewayRefusal(
        response_type="THROTTLED",
        status=429,
        code="throttled",
        title="Too many requests",
        detail="Too many requests at once; try again in a moment.",
    ),
    GatewayRefusal(
        response_type="INTEGRATION_FAILURE",
        status=504,
        code="service_unavailable",
        title="A service is unavailable",
        detail="The service behind the gateway failed; try again in a moment.",
    ),
    GatewayRefusal(
        response_type="INTEGRATION_TIMEOUT",
        status=504,
        code="service_unavailable",
        title="A service is unavailable",
        detail="The service behind the gateway did not answer in time.",
    ),
    GatewayRefusal(
        response_type="DEFAULT_4XX",
        status=400,
        code="invalid_request",
        title="The request is malformed",
        detail="The gateway refused the request.",
    ),
    GatewayRefusal(
        response_type="DEFAULT_5XX",
        status=500,
        code="internal",
        title="Internal error",
        detail="The gateway failed to answer.",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Names:
    """Names of the resources of one deployment."""

    uploads_bucket: str
    artifacts_bucket: str
    queue_prefix: str

    def queue(self, name: QueueName) -> str:
        """Return the name of a queue."""
        return f"{self.queue_prefix}-{name}"


LOCAL_NAMES: Final = Names(
    uploads_bucket="mini-ml-uploads", artifacts_bucket="mini-ml-artifacts", queue_prefix="mini-ml"
)


def aws_names(stage: Stage, *, account: str, region: str) -> Names:
    """Return the names on AWS, where bucket names are global."""
    return Names(
        uploads_bucket=f"{PROJECT}-{stage.name}-uploads-{account}-{region}",
        artifacts_bucket=f"{PROJECT}-{stage.name}-artifacts-{account}-{region}",
        queue_prefix=f"{PROJECT}-{stage.name}",
    )
