"""Parse JSON bodies strictly and validate them against pydantic models."""

from typing import Any, TypeVar

from pydantic import ValidationError
from starlette.requests import Request

from mini_ml import strict_json
from mini_ml.adapters.http.reading.bodies import read_body, require_media_type
from mini_ml.contracts import FrozenModel
from mini_ml.contracts.rejections import build_rejection
from mini_ml.topology import Limits

S = TypeVar("S", bound=FrozenModel)


async def read_json(request: Request, limits: Limits) -> Any:
    """Read the body of a request and parse it as JSON.

    Raises:
        UnsupportedMediaType, UploadTooLarge: see `require_media_type` and `read_body`.
        InvalidRequest: the body is not valid JSON (RFC 8259), or is ambiguous; see `strict_json.parse`.
    """
    require_media_type(request, ["application/json"])
    most, seconds = limits.json_bytes, limits.body_seconds
    return strict_json.parse_body(
        await read_body(request, limit_bytes=most, limit="json_bytes", within_seconds=seconds)
    )


async def read_json_as(request: Request, model: type[S], limits: Limits) -> S:
    """Read a JSON body and validate it against a model.

    Raises:
        UnsupportedMediaType, UploadTooLarge, InvalidRequest: see `read_json`.
        InvalidRequest: fields are missing or unknown.
        InvalidOption: fields have wrong values.
    """
    parsed = await read_json(request, limits)
    try:
        return model.model_validate(parsed)
    except ValidationError as error:
        raise build_rejection(error) from error
