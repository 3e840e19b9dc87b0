"""Logs as events: one JSON object a line, with the event's name and its fields."""

import json
import logging
from datetime import UTC, datetime

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_QUIET = ("botocore", "boto3", "urllib3", "httpx2", "httpcore2", "mangum", "python_multipart")
"""Libraries whose chatter is no event of ours."""


class JsonFormatter(logging.Formatter):
    """Writes a record's message as `event`, and what `extra` gave as fields beside it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
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
    """Let the whole process log events to standard error; Lambda's own handler, where there is one, is replaced."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
