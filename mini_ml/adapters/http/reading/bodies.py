"""Read request bodies, with checks of media type, size and time."""

from collections.abc import Iterable

from anyio import fail_after
from starlette.requests import ClientDisconnect, Request

from mini_ml.errors import BodyTooSlow, InvalidRequest, Issue, UnsupportedMediaType, UploadTooLarge
from mini_ml.topology import Limits

_DRAIN_BYTES = 64 * 1024 * 1024
"""How much of a too large body is read and discarded, so that the client receives the error response."""


def media_type(request: Request) -> str:
    """Return the media type of the body in lower case, without parameters."""
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


def require_media_type(request: Request, allowed: Iterable[str]) -> str:
    """Return the media type of the body if it is in `allowed`. Raises UnsupportedMediaType."""
    found, wanted = media_type(request), list(allowed)
    if found in wanted:
        return found
    sent = f"the content type `{found[:80]}`" if found else "no content type"
    read = " or ".join(wanted)
    raise UnsupportedMediaType(
        f"The request has {sent}, but this route accepts {read}.",
        issues=[Issue(parameter="Content-Type", reason=f"the request has {sent}", hint=f"send {read}")],
    )


async def read_body(request: Request, *, limit_bytes: int, limit: str, within_seconds: float, hint: str = "") -> bytes:
    """Read the body of a request.

    Args:
        request: the request.
        limit_bytes: maximum size.
        limit: name of that limit, for the error.
        within_seconds: maximum time until the body is complete, so that slow clients cannot block the service.
        hint: text appended to the message if the body is too large.

    Raises:
        UploadTooLarge: the body, or its announced length, is larger than `limit_bytes`.
        UnsupportedMediaType: the body is compressed.
        BodyTooSlow: the body is not complete within `within_seconds`.
        InvalidRequest: the client disconnected before the end of the body.
    """
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMediaType(
            "Compressed bodies are not supported. Send the body without Content-Encoding.",
            issues=[
                Issue(
                    parameter="Content-Encoding", reason="compressed bodies are not supported", hint="omit the header"
                )
            ],
        )
    too_large = UploadTooLarge(
        f"The body is larger than the limit of {limit_bytes:,} bytes.{hint}",
        issues=[Issue(parameter="body", limit=limit, reason=f"more than {limit_bytes:,} bytes")],
    )
    try:
        with fail_after(within_seconds):
            if _announced_bytes(request) > limit_bytes:
                await _drain(request)
                raise too_large
            return await _read(request, limit_bytes, too_large)
    except TimeoutError as error:
        issue = Issue(parameter="body", limit="body_seconds", reason=f"incomplete after {within_seconds:g} s")
        raise BodyTooSlow(f"The body did not arrive within {within_seconds:g} seconds.", issues=[issue]) from error
    except ClientDisconnect as error:
        issue = Issue(parameter="body", reason="shorter than its Content-Length")
        raise InvalidRequest("The body is shorter than its Content-Length.", issues=[issue]) from error


async def read_online_body(request: Request, limits: Limits) -> bytes:
    """Read the body of an online scoring request. Raises as `read_body` does."""
    most, seconds = limits.online_bytes, limits.body_seconds
    return await read_body(request, limit_bytes=most, limit="online_bytes", within_seconds=seconds)


def _announced_bytes(request: Request) -> int:
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() and len(length) < 20 else 0


async def _read(request: Request, limit_bytes: int, too_large: UploadTooLarge) -> bytes:
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= limit_bytes:
            chunks.append(chunk)
        elif size > limit_bytes + _DRAIN_BYTES:
            break
    if size > limit_bytes:
        raise too_large
    return b"".join(chunks)


async def _drain(request: Request) -> None:
    """Read and discard the body, unless the client sent `Expect: 100-continue` and is still waiting."""
    if "expect" in request.headers or _announced_bytes(request) > _DRAIN_BYTES:
        return
    try:
        async for _ in request.stream():
            pass
    except ClientDisconnect:
        return
