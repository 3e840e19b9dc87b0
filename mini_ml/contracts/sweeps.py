"""State of the sweep, stored in S3."""

from datetime import datetime

from mini_ml.contracts.base import FrozenModel


class SweepState(FrozenModel):
    """Position from which the next sweep continues. Each sweep processes a limited number of jobs and uploads."""

    running_since: datetime | None = None
    """Start of the sweep that runs now; None if the last one has ended."""
    jobs_after: str = ""
    """Index key of the last open job that was checked; empty at the start of a round."""
    uploads_after: tuple[str, str] | None = None
    """Key and version id of the last upload that was checked; None at the start of a round."""
    round_began: datetime | None = None
    """Start of the current round over the uploads."""
    seen_until: datetime | None = None
    """Earlier rounds checked all uploads up to this time; None before the first round is complete."""
