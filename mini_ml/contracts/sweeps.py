"""How far the sweep has come, as it lies in S3."""

from datetime import datetime

from mini_ml.contracts.shape import Shape


class SweepState(Shape):
    """Where the next sweep goes on; no sweep does more than a bounded piece of the whole."""

    jobs_after: str = ""
    """Index key of the last open job that was looked at; empty at the start of a round."""
    uploads_after: tuple[str, str] | None = None
    """Key and version id of the last upload that was looked at; None at the start of a round."""
    round_began: datetime | None = None
    """When the round through the uploads began that is under way."""
    seen_until: datetime | None = None
    """Every upload up to this time was looked at in an earlier round; None before the first is over."""
