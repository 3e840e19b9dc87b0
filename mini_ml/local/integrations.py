"""Integrations of the REST API: functions, as on AWS, or plain HTTP for emulators that run no functions."""

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
    """Integration of one route, in the terms of the API Gateway API."""

    type: Literal["AWS_PROXY", "HTTP_PROXY"]
    method: Literal["ANY", "POST"]
    uri: str


Targets = Callable[[Route], Target]


class Integrations(Protocol):
    """A kind of integration between the REST API and the services."""

    def ensure(self, functions: "LambdaClient", *, region: str, account: str, timeout_seconds: int) -> Targets:
        """Create the resources that the integrations need, and return a function from route to target."""
        ...


@dataclass(frozen=True)
class FunctionIntegrations:
    """The REST API invokes one function per service."""

    environments: Mapping[Service, Mapping[str, str]]
    """Environment variables of each service's function."""

    def ensure(self, functions: "LambdaClient", *, region: str, account: str, timeout_seconds: int) -> Targets:
        """Create the functions, or update their configuration."""
        role = _ROLE.format(account=account, project=PROJECT)
        uris = {
            service: _build_invocation_uri(
                region, _ensure_function(functions, service, variables, role, timeout_seconds)
            )
            for service, variables in self.environments.items()
        }
        return lambda route: Target(type="AWS_PROXY", method="POST", uri=uris[route.service])


@dataclass(frozen=True)
class HttpIntegrations:
    """The REST API forwards every request to the service over HTTP."""

    urls: Mapping[Service, str]
    """URL of each service, as seen from the emulated AWS."""

    def ensure(self, functions: "LambdaClient", *, region: str, account: str, timeout_seconds: int) -> Targets:
        """Create nothing: HTTP integrations need no resources."""
        return lambda route: Target(
            type="HTTP_PROXY", method="ANY", uri=f"{self.urls[route.service]}{route.path.replace('+}', '}')}"
        )


def _ensure_function(
    functions: "LambdaClient", service: Service, environment: Mapping[str, str], role: str, timeout_seconds: int
) -> str:
    """Create or update the function of a service, and return its ARN."""
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


def _build_invocation_uri(region: str, arn: str) -> str:
    return f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations"
