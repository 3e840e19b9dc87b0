"""Description of the cloud resources: buckets, prefixes, queues, functions, limits, routes and threads.

The local provisioner, the event poller and the CDK stack all read it, and a test compares the synthesised template
with it. Units are part of the names.
"""

from mini_ml.topology.gateway_problems import GATEWAY_PROBLEMS, GatewayProblem, GatewayResponse
from mini_ml.topology.headers import CORRELATION_ID, SAFE_HEADERS
from mini_ml.topology.job_events import EVENT_SOURCE, EVENT_TYPES, EventType
from mini_ml.topology.lambda_encoding import encoded_bytes, is_larger_encoded
from mini_ml.topology.limits import MIB, Limits
from mini_ml.topology.resources import (
    LOCAL_NAMES,
    PREDICT_PREFIX,
    PROJECT,
    TRAIN_PREFIX,
    Function,
    FunctionName,
    Names,
    QueueName,
    Service,
    WorkQueue,
    aws_names,
    functions,
    queues,
)
from mini_ml.topology.routes import GATEWAY_ROUTES, REST_API_ID, REST_STAGE, ROUTES, Route, accepted_scopes
from mini_ml.topology.scopes import ADMIN, SCOPES, Scope, allows
from mini_ml.topology.stage import STAGES, Stage
from mini_ml.topology.threads import ONE_THREAD

__all__ = [
    "ADMIN",
    "CORRELATION_ID",
    "EVENT_SOURCE",
    "EVENT_TYPES",
    "GATEWAY_PROBLEMS",
    "GATEWAY_ROUTES",
    "LOCAL_NAMES",
    "MIB",
    "ONE_THREAD",
    "PREDICT_PREFIX",
    "PROJECT",
    "REST_API_ID",
    "REST_STAGE",
    "ROUTES",
    "SAFE_HEADERS",
    "SCOPES",
    "STAGES",
    "TRAIN_PREFIX",
    "EventType",
    "Function",
    "FunctionName",
    "GatewayProblem",
    "GatewayResponse",
    "Limits",
    "Names",
    "QueueName",
    "Route",
    "Scope",
    "Service",
    "Stage",
    "WorkQueue",
    "accepted_scopes",
    "allows",
    "aws_names",
    "encoded_bytes",
    "functions",
    "is_larger_encoded",
    "queues",
]
