"""Structured logging: one JSON object per line, with the event, its fields and those of the request or job."""

import json
import logging
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator
from functools import partial
from types import TracebackType
from typing import Any, Final, Literal, TextIO

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from pydantic_settings import BaseSettings, SettingsConfigDict

from mini_ml import log_context
from mini_ml.adapters.configuration import read_settings
from mini_ml.adapters.log_text import format_fields
from mini_ml.errors import Internal, Unavailable

_QUIET: Final = ("botocore", "boto3", "urllib3", "httpx2", "httpcore2", "mangum", "python_multipart")
"""Libraries that only log warnings and errors."""
_WITH_OWN_HANDLERS: Final = ("uvicorn", "uvicorn.error")
"""Loggers of libraries that install handlers of their own, which write plain text."""
_UNWANTED: Final = "uvicorn.access"
"""Logger that writes the addresses of requests with their queries; `mini_ml.http` logs requests by their route."""
_WITHOUT_DATA: Final = frozenset({"boto3", "botocore", "s3transfer", "urllib3"})
"""Libraries that never see the content of a file, so that the messages of their errors may be logged."""

logger = logging.getLogger(__name__)


class LogSettings(BaseSettings):
    """Read from the environment, prefix `MINI_ML_`. Empty variables count as not set."""

    model_config = SettingsConfigDict(env_prefix="MINI_ML_", env_ignore_empty=True, frozen=True, extra="ignore")

    log_format: Literal["json", "text"] | None = None
    """Format of log lines: `json`, or `text` to read them; none means `text` in a terminal and `json` elsewhere."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Lines below this level are not written."""


class JsonFormatter(LambdaPowertoolsFormatter):
    """Formats a record as one line of JSON: Powertools' keys, the fields of `log_context`, and those of `extra`.

    Exceptions are logged with their type and their frames. The message is left out unless it cannot contain data of
    clients, because libraries quote the values that they cannot use.
    """

    def __init__(self, service: str) -> None:
        """Create a formatter for the lines of a service."""
        super().__init__(
            json_serializer=partial(json.dumps, default=str, separators=(",", ":")),  # ASCII, so values stay in a line
            utc=True,
            use_rfc3339=True,
            serialize_stacktrace=False,
            log_record_order=["timestamp", "level", "service", "message"],
            service=service,
            name="%(name)s",
        )

    def formatException(self, ei: Any) -> str:
        """Return the traceback of an exception and of its causes, without messages that may contain data."""
        return "\n".join(_format_chain(ei[1]))

    def _extract_log_keys(self, log_record: logging.LogRecord) -> dict[str, Any]:
        found = super()._extract_log_keys(log_record)
        extra = {name: found.pop(name) for name in tuple(found) if name not in self.log_format}
        return {**found, **log_context.current(), **{k: v for k, v in extra.items() if k not in _OF_OTHER_FORMATTERS}}

    def _extract_log_message(self, log_record: logging.LogRecord) -> str:
        """Return the event as text; Powertools parses messages that are JSON."""
        message = log_record.getMessage()
        # asyncio appends the exception of a task, whose message may contain data.
        return message.partition("\n")[0] if log_record.name == "asyncio" else message

    def _extract_log_exception(self, log_record: logging.LogRecord) -> Any:
        exception, name, _ = super()._extract_log_exception(log_record)
        return exception, name, None  # notes are messages too


_OF_OTHER_FORMATTERS: Final = frozenset({"message", "exc_text", "taskName", "color_message"})
"""Attributes of records that other formatters, newer versions of Python and uvicorn set."""


class TextFormatter(JsonFormatter):
    """Formats the same fields as `JsonFormatter` for a terminal."""

    def serialize(self, log: Any) -> str:
        """Return the fields of a line as text."""
        return format_fields(log)


def configure(service: str) -> None:
    """Write the log lines of this process to standard error, including those of libraries, warnings and crashes.

    Replaces the handler that Lambda installs.

    Args:
        service: what the lines give as their `service`.
    """
    settings = read_settings(LogSettings)
    is_text = settings.log_format == "text" or (settings.log_format is None and sys.stderr.isatty())
    handler = logging.StreamHandler()
    handler.setFormatter(TextFormatter(service) if is_text else JsonFormatter(service))
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in _WITH_OWN_HANDLERS:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger(_UNWANTED).disabled = True
    warnings.showwarning = _log_warning
    sys.excepthook = _log_crash
    threading.excepthook = _log_crash_of_thread


def _format_chain(error: BaseException | None) -> Iterator[str]:
    """Yield the tracebacks of an exception and of its causes, the first cause first."""
    if error is None:
        return
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _format_chain(cause)
        yield "Then:"
    yield from (line for entry in traceback.format_tb(error.__traceback__) for line in entry.splitlines())
    message = f": {error}" if _is_without_data(error) else ""
    yield f"{type(error).__module__}.{type(error).__qualname__}{message}"
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield "In the group:"
            yield from _format_chain(one)


def _is_without_data(error: BaseException) -> bool:
    """Return whether the message of an exception cannot contain values or columns of a file."""
    of_library = type(error).__module__.partition(".")[0] in _WITHOUT_DATA
    return of_library or isinstance(error, OSError | Unavailable | Internal)


def _log_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Log a warning of a library by its category and place; its text may contain values of a file."""
    logger.warning("library_warning", extra={"category": category.__name__, "place": f"{filename}:{lineno}"})


def _log_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logger.critical("process_failed", exc_info=(kind, error, trace))


def _log_crash_of_thread(crash: threading.ExceptHookArgs) -> None:
    if crash.exc_value is not None:
        logger.critical("thread_failed", exc_info=(crash.exc_type, crash.exc_value, crash.exc_traceback))
