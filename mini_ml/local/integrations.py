"""How the REST API reaches the services: through functions, as on AWS, or over HTTP where an emulator runs none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol

from mini_ml.topology import PROJECT, Route, Service

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import EnvironmentTypeDef

_ROLE: Final = "arn:aws:iam::{account}:role/{project}-gateway"


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where API Gateway sends the requests of a route, in its own words."""

    type: Literal["AWS_PROXY", "HTTP_PROXY"]
    method: Literal["ANY", "POST"]
    uri: str


Targets = Callable[[Route], Target]


class Integrations(Protocol):
    """A way to reach the services."""

    def ensure(self, functions: "LambdaClient", *, region: str, account: str, timeout_seconds: int) -> Targets:
        """Make what is needed behind the REST API, and return where each route leads."""
        ...


@dataclass(frozen=True)
class ThroughFunctions:
    """The REST API invokes a function for each service."""

    environments: Mapping[Service, Mapping[str, str]]
    """Environment of each service's function."""

    def ensure(self, functions: "LambdaClient", *, region: str, account: str, timeout_seconds: int) -> Targets:
        """Make the functions, or bring them up to date."""
        role = _ROLE.format(account=account, project=PROJECT)
        uris = {
            service: _invocations(region, _ensure_function(functions, service, variables, role, timeout_seconds))
            for service, variables in self.environments.items()
        }
        return lambda route: Target(type="AWS_PROXY", method="POST", uri=uris[route.service])


@dataclass(frozen=True)
class OverHttp:
    """The REST API passes every request on to the service itself."""

    urls: Mapping[Service, str]
    """Address of each service, as the gateway reaches it."""

    def ensure(self, functions: "LambdaClient", *, region: str, account: str, timeout_seconds: int) -> Targets:
        """Make nothing: the services are there."""
        return lambda route: Target(type="HTTP_PROXY", method="ANY", uri=f"{self.urls[route.service]}{route.path}")


def _ensure_function(
    functions: "LambdaClient", service: Service, environment: Mapping[str, str], role: str, timeout_seconds: int
) -> str:
    """Return the ARN of a service's function."""
    name = f"{PROJECT}-{service}"
    variables: EnvironmentTypeDef = {"Variables": dict(environment)}
    try:
        functions.update_function_configuration(FunctionName=name, Timeout=timeout_seconds, Environment=variables)
        return functions.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    except functions.exceptions.ResourceNotFoundException:
        return functions.create_function(
            FunctionName=name,
            Role=role,
            PackageType="Image",
            Code={"ImageUri": f"{name}:local"},
            Timeout=timeout_seconds,
            Environment=variables,
        )["FunctionArn"]


def _invocations(region: str, arn: str) -> str:
    return f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations"
