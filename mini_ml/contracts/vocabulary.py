"""Types shared by several contracts."""

from typing import Any, Literal

Kind = Literal["train", "predict"]
State = Literal["awaiting_upload", "queued", "running", "succeeded", "failed"]
Task = Literal["classification", "regression"]
Label = str | int | float
ColumnKind = Literal["numeric", "boolean", "categorical", "datetime", "text"]
OPEN_STATES: frozenset[State] = frozenset({"awaiting_upload", "queued", "running"})
JsonObject = dict[str, Any]
