"""Every job that ends is counted once, by what became of it."""

import pytest

from mini_ml import errors
from mini_ml.adapters.memory.cloud import MemoryCloud
from mini_ml.jobs import control, outcome, store, sweep
from mini_ml.jobs.ended import outcome_of
from mini_ml.topology.metrics import FAILURES, JOBS, SWEEPS, UNREADABLE_MESSAGES
from tests.fixtures.recorded_metrics import recorded
from tests.unit.workflows.story import Clock, put_upload, submit_training

OF_THE_PLATFORM = {
    "internal",
    "artifact_rejected",
    "unavailable",
    "storage_unavailable",
    "service_unavailable",
    "credentials_unavailable",
    "worker_lost",
    "timed_out",
    "out_of_memory",
    "out_of_space",
    "upload_access_denied",
}
"""Codes of a job that failed by the platform, written out."""
OF_THE_CLIENT = {
    "invalid_request",
    "unauthorized",
    "forbidden",
    "not_found",
    "route_not_found",
    "job_not_found",
    "model_not_found",
    "version_not_found",
    "alias_not_found",
    "method_not_allowed",
    "conflict",
    "job_not_finished",
    "job_not_retryable",
    "job_not_cancellable",
    "alias_moved",
    "not_better",
    "upload_not_received",
    "upload_too_large",
    "answer_too_large",
    "body_too_slow",
    "unsupported_media_type",
    "unprocessable",
    "invalid_name",
    "invalid_option",
    "unknown_model_type",
    "invalid_dataset",
    "limit_exceeded",
    "invalid_target",
    "unknown_column",
    "upload_unreadable",
    "schema_mismatch",
    "training_failed",
    "probabilities_unavailable",
    "model_needs_retraining",
}
"""Codes of a job that was rejected for its file or its options, written out."""
OUTCOMES = {
    "cancelled": "cancelled",
    **dict.fromkeys(OF_THE_PLATFORM, "failed"),
    **dict.fromkeys(OF_THE_CLIENT, "rejected"),
}


def every_error(error: type[errors.MiniMLError] = errors.MiniMLError) -> set[type[errors.MiniMLError]]:
    """Return a class of errors and all narrower ones."""
    return {error, *(found for narrower in error.__subclasses__() for found in every_error(narrower))}


@pytest.mark.parametrize("error", sorted(every_error() - {errors.ObjectUnreadable}, key=str))
def test_a_failed_job_is_counted_by_who_can_change_it(error: type[errors.MiniMLError], cloud: MemoryCloud) -> None:
    record = store.load(cloud, submit_training(cloud).job_id)

    ended = outcome.fail(cloud, record, error("reason")).job

    expected = OUTCOMES[error.code]
    assert outcome_of(ended) == expected
    assert recorded(cloud).total(JOBS, kind="train", outcome=expected) == 1
    assert recorded(cloud).total(FAILURES, code=error.code) == 1


def test_a_job_that_is_not_at_its_end_is_not_counted(cloud: MemoryCloud) -> None:
    submit_training(cloud)

    assert recorded(cloud).counters == {}


def test_a_retried_job_is_counted_at_each_of_its_ends(cloud: MemoryCloud) -> None:
    job = submit_training(cloud)
    control.cancel(cloud, job.job_id)
    control.retry(cloud, job.job_id)
    control.cancel(cloud, job.job_id)

    assert recorded(cloud).total(JOBS, kind="train", outcome="cancelled") == 2


def test_an_end_whose_answer_was_lost_is_counted_once(cloud: MemoryCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    record = store.load(cloud, submit_training(cloud).job_id)
    replace = cloud.artifacts.replace

    def write_and_fail(key: str, body: bytes, *, etag: str) -> None:
        replace(key, body, etag=etag)
        raise errors.StaleWrite("our own write, repeated by the client")

    monkeypatch.setattr(type(cloud.artifacts), "replace", lambda self, *args, **named: write_and_fail(*args, **named))
    outcome.fail(cloud, record, errors.Internal("reason"))

    assert recorded(cloud).total(JOBS, kind="train", outcome="failed") == 1


def test_an_upload_with_wrong_options_is_counted_once_although_its_event_comes_twice(cloud: MemoryCloud) -> None:
    put_upload(cloud, "train/No Model/a.csv")
    upload = cloud.queues["train"].messages[0]

    sweep.fail_dead_letter(cloud, upload)
    sweep.fail_dead_letter(cloud, upload)

    assert recorded(cloud).total(JOBS, kind="train", outcome="rejected") == 1
    assert recorded(cloud).total(FAILURES, code="invalid_name") == 1


def test_every_sweep_that_ends_is_counted(cloud: MemoryCloud, clock: Clock) -> None:
    sweep.sweep(cloud)
    sweep.sweep(cloud)

    assert recorded(cloud).total(SWEEPS) == 2


def test_a_sweep_that_fails_is_not_counted(cloud: MemoryCloud) -> None:
    def fail_as_unavailable(method: str, key: str) -> None:
        raise errors.StorageUnavailable("away")

    cloud.artifacts.before = fail_as_unavailable

    with pytest.raises(errors.StorageUnavailable):
        sweep.sweep(cloud)
    assert recorded(cloud).total(SWEEPS) == 0


def test_an_unreadable_message_is_counted(cloud: MemoryCloud) -> None:
    sweep.store_unreadable_message(cloud, "01a208cc-7752-725d-9978-61bbae29cc81", "not an event")

    assert recorded(cloud).total(UNREADABLE_MESSAGES) == 1
