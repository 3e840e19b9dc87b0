"""Problem documents of the errors that API Gateway returns itself."""

from dataclasses import dataclass
from typing import Final, Literal

from mini_ml.topology.headers import CORRELATION_ID, SAFE_HEADERS

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
    """A gateway response type and the problem document that it returns."""

    response_type: GatewayResponse
    status: int
    code: str
    title: str
    detail: str
    retry_after_seconds: int | None = None

    @property
    def headers(self) -> dict[str, str]:
        """Headers of the response."""
        headers = {"Content-Type": "application/problem+json", **SAFE_HEADERS}
        if self.retry_after_seconds is not None:
            headers["Retry-After"] = str(self.retry_after_seconds)
        return headers

    @property
    def header_mappings(self) -> dict[str, str]:
        """Headers of the response in the language of API Gateway: quoted values, and the gateway's id of the request.

        The gateway has the id of a client only as an unchecked header, so it answers with its own, which its access
        log and the log lines of the service have too.
        """
        return {**{name: f"'{value}'" for name, value in self.headers.items()}, CORRELATION_ID: "context.requestId"}

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
        detail="A firewall (AWS WAF) blocked the request.",
    ),
    GatewayProblem(
        # AWS returns this response type where no route matches; `GATEWAY_ROUTES` leaves it nothing.
        response_type="MISSING_AUTHENTICATION_TOKEN",
        status=404,
        code="route_not_found",
        title="Route not found",
        detail="No route matches this path.",
    ),
    GatewayProblem(
        response_type="RESOURCE_NOT_FOUND",
        status=404,
        code="route_not_found",
        title="Route not found",
        detail="No route matches this path.",
    ),
    GatewayProblem(
        response_type="REQUEST_TOO_LARGE",
        status=413,
        code="upload_too_large",
        title="Upload too large",
        detail="The request exceeds the gateway's limit of 10 MB. Upload the file with POST /uploads instead.",
    ),
    GatewayProblem(
        response_type="UNSUPPORTED_MEDIA_TYPE",
        status=415,
        code="unsupported_media_type",
        title="Unsupported media type",
        detail="The gateway does not accept this content type.",
    ),
    GatewayProblem(
        response_type="THROTTLED",
        status=429,
        code="throttled",
        title="Too many requests",
        detail="Too many requests. Try again in a moment.",
        retry_after_seconds=1,
    ),
    GatewayProblem(
        response_type="INTEGRATION_FAILURE",
        status=504,
        code="service_unavailable",
        title="Service unavailable",
        detail="The service behind the gateway failed. Try again in a moment.",
        retry_after_seconds=1,
    ),
    GatewayProblem(
        response_type="INTEGRATION_TIMEOUT",
        status=504,
        code="service_unavailable",
        title="Service unavailable",
        detail="The service behind the gateway did not respond in time.",
        retry_after_seconds=1,
    ),
    GatewayProblem(
        response_type="DEFAULT_4XX",
        status=400,
        code="invalid_request",
        title="Malformed request",
        detail="The gateway rejected the request.",
    ),
    GatewayProblem(
        # Also returned when all instances of a function are busy, so retrying can help.
        response_type="DEFAULT_5XX",
        status=503,
        code="service_unavailable",
        title="Service unavailable",
        detail="The gateway received no response from the service. Try again in a moment.",
        retry_after_seconds=1,
    ),
)
