"""An event that the tests send."""

from datetime import UTC, datetime

from mini_ml.contracts import JobEvent

EVENT = JobEvent(
    type="job.failed",
    event_id="6f0c6f5e-8f3a-5d0e-9c0b-2f6f2f0f6a11",
    job_id="01a208cd-1f79-7707-a707-4f932429910e",
    kind="train",
    model_name="iris",
    version=None,
    code="unknown_column",
    correlation_id="nightly-17",
    created_at=datetime(2026, 11, 27, 2, 30, tzinfo=UTC),
    started_at=datetime(2026, 11, 27, 2, 30, 1, tzinfo=UTC),
    finished_at=datetime(2026, 11, 27, 2, 30, 2, 250_000, tzinfo=UTC),
    attempt=1,
    links={"self": "jobs/01a208cd-1f79-7707-a707-4f932429910e"},
)
