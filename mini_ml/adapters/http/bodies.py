"""Request bodies: their media type, and their size while they are read."""

from collections.abc import Iterable

from anyio import fail_after
from starlette.requests import ClientDisconnect, Request

from mini_ml.errors import BodyTooSlow, InvalidRequest, Issue, UnsupportedMediaType, UploadTooLarge
from mini_ml.topology import Limits

_DRAIN_BYTES = 64 * 1024 * 1024
"""How much of a body that is too large is read and thrown away, so that the client gets to read our refusal."""


def media_type(request: Request) -> str:
    """Return the media type of the body, without parameters and in lower case."""
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


def require_media_type(request: Request, allowed: Iterable[str]) -> str:
    """Return the media type of the body if it is one of these. Raises UnsupportedMediaType."""
    found, wanted = media_type(request), list(allowed)
    if found in wanted:
        return found
    sent = f"`{found[:80]}`" if found else "no content type"
    read = " or ".join(wanted)
    raise UnsupportedMediaType(
        f"The body has {sent}; this route reads {read}.",
        issues=[Issue(parameter="Content-Type", reason=f"the body has {sent}", hint=f"send {read}")],
    )


async def read_body(request: Request, *, limit_bytes: int, limit: str, within_seconds: float, hint: str = "") -> bytes:
    """Return the whole body; `limit` is the name of the limit that a larger one exceeds.

    Raises:
        UploadTooLarge: it has, or says it has, more than `limit_bytes`.
        UnsupportedMediaType: it is compressed.
        BodyTooSlow: it does not arrive within `within_seconds`: who sends a byte a minute holds nothing for long.
        InvalidRequest: the client went away before its end.
    """
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMediaType(
            "The body is compressed; send it without a content encoding.",
            issues=[Issue(parameter="Content-Encoding", reason="compressed bodies are not read", hint="leave it out")],
        )
    too_large = UploadTooLarge(
        f"The body has more than {limit_bytes:,} bytes, the most that this route takes.{hint}",
        issues=[Issue(parameter="body", limit=limit, reason=f"more than {limit_bytes:,} bytes")],
    )
    try:
        with fail_after(within_seconds):
            if _announced_bytes(request) > limit_bytes:
                await _drain(request)
                raise too_large
            return await _read(request, limit_bytes, too_large)
    except TimeoutError as error:
        fault = Issue(parameter="body", limit="body_seconds", reason=f"not whole after {within_seconds:g} s")
        raise BodyTooSlow(f"The body did not arrive within {within_seconds:g} seconds.", issues=[fault]) from error
    except ClientDisconnect as error:
        fault = Issue(parameter="body", reason="it ended before its announced length")
        raise InvalidRequest("The body ended before its announced length.", issues=[fault]) from error


async def read_online_body(request: Request, limits: Limits) -> bytes:
    """Return the rows to score online, as they came. Raises as `read_body` does."""
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
    """Read on and keep nothing; a client that asked for leave to send has not sent anything yet."""
    if "expect" in request.headers or _announced_bytes(request) > _DRAIN_BYTES:
        return
    try:
        async for _ in request.stream():
            pass
    except ClientDisconnect:
        return
