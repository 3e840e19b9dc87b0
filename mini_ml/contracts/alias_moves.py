"""The moves of an alias, which its journal keeps."""

from datetime import datetime

from mini_ml.contracts.base import FrozenModel


class AliasMove(FrozenModel):
    """One move of an alias: its creation, a change of its version, or its removal."""

    number: int
    """Counts the moves of the alias, from 1."""
    moved_at: datetime
    moved_by: str
    """Name of the credential; `unrestricted` without authentication."""
    from_version: int | None
    """None if the alias did not exist, or was removed."""
    to_version: int | None
    """None if the alias was removed."""
    reason: str | None = None
