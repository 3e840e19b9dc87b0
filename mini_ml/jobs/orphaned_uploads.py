"""Finds uploads that never got a job, in rounds over the bucket; each sweep lists a bounded part of it."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from pydantic import ValidationError

from mini_ml import keys
from mini_ml.contracts import SweepState, Upload
from mini_ml.jobs import intake
from mini_ml.jobs.uploads import complete_upload
from mini_ml.ports import Cloud, ObjectHead

logger = logging.getLogger(__name__)


def announce(cloud: Cloud, state: SweepState, *, deadline: datetime) -> SweepState:
    """Announce the next uploads that have no job, and return the state for the next sweep.

    A round looks at every upload since the previous round began, so an outage hides none, and at those of some time
    before, because S3 dates a multipart upload from its start. An upload younger than `requeue_after_seconds` may
    still be on its way to its job and is left to the next round.
    """
    until = cloud.now() - timedelta(seconds=cloud.stage.requeue_after_seconds)
    state = SweepState(**{**dict(state), "round_began": state.round_began or until})
    left = cloud.stage.sweep_jobs
    listed = 0
    for head in islice(_list_versions(cloud, state.uploads_after), cloud.stage.sweep_versions):
        if _is_due(head, state, until):
            if left == 0 or cloud.now() > deadline:
                return state
            left -= 1
            _announce_orphaned(cloud, head)
        listed += 1
        state = SweepState(**{**dict(state), "uploads_after": (head.key, head.version_id)})
    return state if listed == cloud.stage.sweep_versions else _end_round(cloud, state)


def _end_round(cloud: Cloud, state: SweepState) -> SweepState:
    began = state.round_began
    seen_until = began and began - timedelta(seconds=cloud.stage.sweep_lookback_seconds)
    return SweepState(jobs_after=state.jobs_after, seen_until=seen_until)


def _list_versions(cloud: Cloud, after: tuple[str, str] | None) -> Iterator[ObjectHead]:
    for prefix in sorted(keys.UPLOAD_PREFIXES.values()):
        if after is None or after[0] < prefix:
            yield from cloud.uploads.list_versions(prefix)
        elif after[0].startswith(prefix):
            yield from cloud.uploads.list_versions(prefix, after=after)


def _is_due(head: ObjectHead, state: SweepState, until: datetime) -> bool:
    return (state.seen_until is None or head.modified >= state.seen_until) and head.modified <= until


def _announce_orphaned(cloud: Cloud, head: ObjectHead) -> None:
    name = keys.match_upload(head.key)
    if name is None:
        return
    upload = complete_upload(Upload(bucket=cloud.uploads.bucket, key=head.key), head)
    try:
        known = intake.has_job(cloud, upload)
    except ValidationError:
        logger.exception("job_unreadable", extra={"upload_key": head.key})
        return  # it has a job, and one unreadable job must not block the other uploads
    if not known:
        cloud.queues[name.kind].send(upload)
