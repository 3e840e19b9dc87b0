"""Read multipart forms with one file and text fields, and collect all their issues."""

from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass

from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from mini_ml.adapters.http.reading.bodies import read_body, require_media_type
from mini_ml.errors import InvalidRequest, Issue, UploadTooLarge
from mini_ml.suggest import did_you_mean
from mini_ml.topology import Limits

_PARSER_LIMITS = {"Too many": "form_parts", "Part exceeded": "field_bytes"}
"""Names of our limits, by the start of the parser's error message."""
_READABLE_CHARSETS = {"utf-8", "utf8", "us-ascii"}
_HEADERS_END = b"\r\n\r\n"


@dataclass(frozen=True, kw_only=True)
class FormSpec:
    """Fields of a form."""

    file_field: str
    defaults: Mapping[str, str]
    """Text fields and their defaults, used if a field is missing or empty."""
    larger_files: str = "Use POST /uploads for larger files."
    """What to do with a file that is too large."""


@dataclass(frozen=True, kw_only=True)
class Form:
    """A parsed form."""

    filename: str
    body: bytes
    fields: Mapping[str, str]
    """All text fields of the spec, with defaults applied."""
    issues: tuple[Issue, ...]
    """Issues of the form itself, such as unknown fields; if there are any, the request is malformed."""


async def read_form(request: Request, spec: FormSpec, limits: Limits) -> Form:
    """Read a multipart form.

    Raises:
        UnsupportedMediaType: the body is not a multipart form.
        UploadTooLarge: the file, or the rest of the form, is too large.
        InvalidRequest: the body cannot be parsed, for example because it has no boundary or is truncated.
    """
    body = await read_form_body(request, spec, limits)
    parts = await _parse(request, body, limits)
    try:
        form = await _build_form(parts, spec)
    finally:
        await parts.close()
    if len(form.body) > limits.inline_upload_bytes:
        issue = Issue(parameter=spec.file_field, limit="inline_upload_bytes", reason=f"{len(form.body):,} bytes")
        raise UploadTooLarge(
            f"`{spec.file_field}` has {len(form.body):,} bytes.{_size_hint(spec, limits)}", issues=[issue]
        )
    return form


async def read_form_body(request: Request, spec: FormSpec, limits: Limits) -> bytes:
    """Read the body of a multipart form. Raises as `read_form` does if the body cannot be read."""
    require_media_type(request, ["multipart/form-data"])
    return await read_body(
        request,
        limit_bytes=limits.inline_upload_bytes + limits.field_bytes,
        limit="inline_upload_bytes",
        within_seconds=limits.body_seconds,
        hint=_size_hint(spec, limits),
    )


def _size_hint(spec: FormSpec, limits: Limits) -> str:
    return f" This route accepts files of up to {limits.inline_upload_bytes:,} bytes. {spec.larger_files}"


async def _parse(request: Request, body: bytes, limits: Limits) -> FormData:
    boundary = _boundary(request)
    if b"--" + boundary + b"--" not in body:
        raise _malformed("body", "The multipart body is truncated: the closing boundary is missing.")

    async def once() -> AsyncGenerator[bytes, None]:
        yield _add_missing_bodies(body, boundary)

    headers = Headers({"content-type": f'multipart/form-data; boundary="{boundary.decode("latin-1")}"'})
    parts, field_bytes = limits.form_parts, limits.field_bytes
    parser = _InMemoryParser(headers, once(), max_files=parts, max_fields=parts, max_part_size=field_bytes)
    try:
        return await parser.parse()
    except MultiPartException as error:
        limit = next((name for words, name in _PARSER_LIMITS.items() if error.message.startswith(words)), None)
        raise _malformed("body", f"The multipart body cannot be parsed: {error.message}", limit) from error


def _add_missing_bodies(form: bytes, boundary: bytes) -> bytes:
    """Add an empty body to every part that has none.

    A part may end after its headers (RFC 2046, 5.1.1), and some gateways send empty fields this way. The parser would
    treat the following boundary and the next part as the content of the field.
    """
    delimiter = b"--" + boundary
    return delimiter.join(_add_missing_body(part) for part in form.split(delimiter))


def _add_missing_body(part: bytes) -> bytes:
    """Return a part, with the line break of an empty body if it ends after its headers."""
    ends_with_headers = part.find(_HEADERS_END) == len(part) - len(_HEADERS_END) > 0
    return part + b"\r\n" if ends_with_headers else part


class _InMemoryParser(MultiPartParser):
    """Keeps the file in memory, because the body is in memory already."""

    spool_max_size = 2**31


def _malformed(parameter: str, detail: str, limit: str | None = None) -> InvalidRequest:
    reason = f"{detail[:1].lower()}{detail[1:]}".rstrip(".")
    return InvalidRequest(detail, issues=[Issue(parameter=parameter, limit=limit, reason=reason)])


def _boundary(request: Request) -> bytes:
    parameters = dict(_parameters(request.headers["content-type"]))
    charset = parameters.get("charset", "utf-8").lower()
    if charset not in _READABLE_CHARSETS:
        raise _malformed("Content-Type", f"The charset `{charset[:40]}` is not supported. Send the form as UTF-8.")
    boundary = parameters.get("boundary", "")
    if not boundary or len(boundary) > 70 or '"' in boundary:
        raise _malformed(
            "Content-Type",
            "The content type has no valid boundary. Most HTTP clients set it when they send a form.",
        )
    return boundary.encode("latin-1")


def _parameters(content_type: str) -> list[tuple[str, str]]:
    pairs = (part.partition("=") for part in content_type.split(";")[1:])
    return [(name.strip().lower(), value.strip().strip('"')) for name, _, value in pairs]


async def _build_form(parts: FormData, spec: FormSpec) -> Form:
    items = parts.multi_items()
    issues = [*_find_unknown(items, spec), *_find_repeated(items), *_find_misplaced_files(items, spec)]
    upload = next((v for k, v in items if k == spec.file_field and isinstance(v, UploadFile) and v.filename), None)
    if upload is None:
        hint = f"send the CSV as a file, with curl: -F '{spec.file_field}=@your.csv;type=text/csv'"
        issues.insert(0, Issue(parameter=spec.file_field, reason=f"`{spec.file_field}` is missing", hint=hint))
    texts = {k: v for k, v in items if isinstance(v, str) and v.strip()}
    return Form(
        filename=(upload.filename if upload else None) or "",
        body=await upload.read() if upload else b"",
        fields={name: texts.get(name, default) for name, default in spec.defaults.items()},
        issues=tuple(issues),
    )


def _find_unknown(items: list[tuple[str, UploadFile | str]], spec: FormSpec) -> list[Issue]:
    known = [spec.file_field, *spec.defaults]
    names = dict.fromkeys(name for name, _ in items if name not in known)
    return [_build_unknown_issue(name, known) for name in names]


def _build_unknown_issue(name: str, known: list[str]) -> Issue:
    hint = did_you_mean(name, known, otherwise=f"the fields are {', '.join(known)}")
    return Issue(parameter=name[:80], reason=f"unknown field `{name[:80]}`", hint=hint)


def _find_repeated(items: list[tuple[str, UploadFile | str]]) -> list[Issue]:
    counts = Counter(name for name, _ in items)
    return [
        Issue(parameter=name[:80], reason=f"`{name[:80]}` occurs {count} times", hint="send it once")
        for name, count in counts.items()
        if count > 1
    ]


def _find_misplaced_files(items: list[tuple[str, UploadFile | str]], spec: FormSpec) -> list[Issue]:
    return [
        Issue(parameter=name, reason=f"`{name}` is a file", hint="send it as a text field")
        for name, value in items
        if name in spec.defaults and isinstance(value, UploadFile)
    ]
