"""Forward requests to the predict service, for addresses without a gateway."""

from collections.abc import Mapping

from fastapi import Request
from starlette.responses import Response

from functions.api.service_status import BackendService
from mini_ml.adapters.auth.middleware import CREDENTIAL_HEADERS
from mini_ml.adapters.http.correlation import correlation_id_of
from mini_ml.topology import CORRELATION_ID


async def forward_to_predict(
    request: Request, path: str, *, body: bytes, content_type: str, query: Mapping[str, str] | None = None
) -> Response:
    """Forward a request with its correlation id, and with its credential, which the predict service checks itself.

    Args:
        request: the request.
        path: path of the route.
        body: its body, forwarded as it is.
        content_type: the `Content-Type` to send.
        query: query parameters to send.

    Raises:
        ServiceUnavailable: the predict service cannot answer.
    """
    predict: BackendService = request.app.state.predict
    credentials = {name: request.headers[name] for name in CREDENTIAL_HEADERS if name in request.headers}
    headers = {"Content-Type": content_type, CORRELATION_ID: correlation_id_of(request), **credentials}
    return await predict.forward(path, body=body, headers=headers, query=query)
