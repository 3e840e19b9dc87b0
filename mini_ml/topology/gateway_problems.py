"""What the gateway itself refuses, in the words of our own problem documents."""

from dataclasses import dataclass
from typing import Final, Literal

from mini_ml.topology.headers import SAFE_HEADERS

GatewayResponse = Literal[
    "UNAUTHORIZED",
    "ACCESS_DENIED",
    "WAF_FILTERED",
    "MISSING_AUTHENTICATION_TOKEN",
    "RESOURCE_NOT_FOUND",
    "REQUEST_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "THROTTLED",
    "INTEGRATION_FAILURE",
    "INTEGRATION_TIMEOUT",
    "DEFAULT_4XX",
    "DEFAULT_5XX",
]


@dataclass(frozen=True, kw_only=True)
class GatewayProblem:
    """What the gateway answers by itself, before or instead of a function, as the problem document it becomes."""

    response_type: GatewayResponse
    status: int
    code: str
    title: str
    detail: str
    retry_after_seconds: int | None = None

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the answer."""
        told = {"Content-Type": "application/problem+json", **SAFE_HEADERS}
        if self.retry_after_seconds is not None:
            told["Retry-After"] = str(self.retry_after_seconds)
        return told

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


GATEWAY_PROBLEMS: Final[tuple[GatewayProblem, ...]] = (
    GatewayProblem(
        response_type="UNAUTHORIZED",
        status=401,
        code="unauthorized",
        title="Unauthorized",
        detail="The request carries no valid credential.",
    ),
    GatewayProblem(
        response_type="ACCESS_DENIED",
        status=403,
        code="forbidden",
        title="Forbidden",
        detail="The credential does not allow this request.",
    ),
    GatewayProblem(
        response_type="WAF_FILTERED",
        status=403,
        code="forbidden",
        title="Forbidden",
        detail="A firewall in front of the gateway refused the request.",
    ),
    GatewayProblem(
        # The name is AWS's: the gateway says so for every path that it does not know.
        response_type="MISSING_AUTHENTICATION_TOKEN",
        status=404,
        code="route_not_found",
        title="No such route",
        detail="No route has this path.",
    ),
    GatewayProblem(
        response_type="RESOURCE_NOT_FOUND",
        status=404,
        code="route_not_found",
        title="No such route",
        detail="No route has this path.",
    ),
    GatewayProblem(
        response_type="REQUEST_TOO_LARGE",
        status=413,
        code="upload_too_large",
        title="The upload is too large",
        detail="The request is larger than the 10 MB that the gateway takes; send the file through POST /uploads.",
    ),
    GatewayProblem(
        response_type="UNSUPPORTED_MEDIA_TYPE",
        status=415,
        code="unsupported_media_type",
        title="Unsupported media type",
        detail="The gateway does not read this content type.",
    ),
    GatewayProblem(
        response_type="THROTTLED",
        status=429,
        code="throttled",
        title="Too many requests",
        detail="Too many requests at once; try again in a moment.",
        retry_after_seconds=1,
    ),
    GatewayProblem(
        response_type="INTEGRATION_FAILURE",
        status=504,
        code="service_unavailable",
        title="A service is unavailable",
        detail="The service behind the gateway failed; try again in a moment.",
        retry_after_seconds=1,
    ),
    GatewayProblem(
        response_type="INTEGRATION_TIMEOUT",
        status=504,
        code="service_unavailable",
        title="A service is unavailable",
        detail="The service behind the gateway did not answer in time.",
        retry_after_seconds=1,
    ),
    GatewayProblem(
        response_type="DEFAULT_4XX",
        status=400,
        code="invalid_request",
        title="The request is malformed",
        detail="The gateway refused the request.",
    ),
    GatewayProblem(
        # Also where all of a function's instances are busy, so it is worth another try.
        response_type="DEFAULT_5XX",
        status=503,
        code="service_unavailable",
        title="A service is unavailable",
        detail="The gateway got no answer; try again in a moment.",
        retry_after_seconds=1,
    ),
)
