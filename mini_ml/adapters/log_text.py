"""Format the fields of a log line for a terminal."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

_COLUMNS: Final = ("timestamp", "level", "service", "message")
_HIDDEN: Final = frozenset({*_COLUMNS, "location", "name", "exception", "exception_name"})
_PLAIN: Final = re.compile(r"[A-Za-z0-9._:=+@%/{}\[\]-]+")
"""Values that need no quotes; they contain no blank and no control character."""


def format_fields(fields: Mapping[str, object]) -> str:
    """Return a line with time, level, service, event and fields; a traceback follows on lines of its own."""
    time, level, service, event = (_format_value(fields.get(name, "-")) for name in _COLUMNS)
    others = (f"{name}={_format_value(value)}" for name, value in fields.items() if name not in _HIDDEN)
    line = " ".join([time.replace("+00:00", "Z"), f"{level:<8}", f"{service:<13}", event, *others])
    return "\n".join([line, *_indent(fields.get("exception"))])


def escape_unprintable(line: str) -> str:
    """Escape what could control a terminal."""
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in line)


def _format_value(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if _PLAIN.fullmatch(text) else json.dumps(text)


def _indent(traceback: object) -> Iterator[str]:
    if isinstance(traceback, str):
        yield from (f"    {escape_unprintable(line)}" for line in traceback.splitlines())
