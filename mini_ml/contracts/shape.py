"""The base of every shape that crosses a boundary."""

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """Base of all shapes: immutable, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
