"""Structured logging: one JSON object per line, with the event name and its fields."""

import json
import logging
from datetime import UTC, datetime

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_QUIET = ("botocore", "boto3", "urllib3", "httpx2", "httpcore2", "mangum", "python_multipart")
"""Libraries that only log warnings and errors."""


class JsonFormatter(logging.Formatter):
    """Formats the message of a record as `event`, with the values of `extra` as further fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Format a record as one line of JSON."""
        event = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
            **{name: value for name, value in vars(record).items() if name not in _STANDARD},
        }
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return json.dumps(event, default=str)


def configure(level: int = logging.INFO) -> None:
    """Configure the root logger to write JSON to standard error; replaces the handler that Lambda installs."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
