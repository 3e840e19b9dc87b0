"""Uploads that never got a job: found in rounds over the bucket, a bounded piece of it in each sweep."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from pydantic import ValidationError

from mini_ml import keys
from mini_ml.contracts import SweepState, Upload
from mini_ml.ports import Cloud, ObjectHead
from mini_ml.workflows import intake, jobs

logger = logging.getLogger(__name__)


def announce(cloud: Cloud, state: SweepState, *, deadline: datetime) -> SweepState:
    """Announce the next uploads of which no job knows, and return how far that went.

    A round looks at all that came since the round before began, so no downtime hides an upload, and back behind that:
    S3 dates an upload of many parts from its beginning. An upload younger than `requeue_after_seconds` may still be on
    its way to its job, and is left to the next round.
    """
    until = cloud.now() - timedelta(seconds=cloud.stage.requeue_after_seconds)
    state = state.model_copy(update={"round_began": state.round_began or until})
    left = cloud.stage.sweep_jobs
    listed = 0
    for head in islice(_versions(cloud, state.uploads_after), cloud.stage.sweep_versions):
        if _is_due(head, state, until):
            if left == 0 or cloud.now() > deadline:
                return state
            left -= 1
            _announce_jobless(cloud, head)
        listed += 1
        state = state.model_copy(update={"uploads_after": (head.key, head.version_id)})
    return state if listed == cloud.stage.sweep_versions else _round_over(cloud, state)


def _round_over(cloud: Cloud, state: SweepState) -> SweepState:
    began = state.round_began
    seen_until = began and began - timedelta(seconds=cloud.stage.sweep_lookback_seconds)
    return state.model_copy(update={"uploads_after": None, "round_began": None, "seen_until": seen_until})


def _versions(cloud: Cloud, after: tuple[str, str] | None) -> Iterator[ObjectHead]:
    for prefix in sorted(keys.UPLOAD_PREFIXES.values()):
        if after is None or after[0] < prefix:
            yield from cloud.uploads.list_versions(prefix)
        elif after[0].startswith(prefix):
            yield from cloud.uploads.list_versions(prefix, after=after)


def _is_due(head: ObjectHead, state: SweepState, until: datetime) -> bool:
    return (state.seen_until is None or head.modified >= state.seen_until) and head.modified <= until


def _announce_jobless(cloud: Cloud, head: ObjectHead) -> None:
    name = keys.parse_upload(head.key)
    if name is None:
        return
    upload = jobs.completed(Upload(bucket=cloud.uploads.bucket, key=head.key), head)
    try:
        known = intake.has_job(cloud, upload)
    except ValidationError:
        logger.exception("job_unreadable", extra={"upload_key": head.key})
        return  # it has one, and whatever that is, it keeps no other upload waiting
    if not known:
        cloud.queues[name.kind].send(upload)
