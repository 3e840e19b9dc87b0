"""Wait for jobs in a separate thread pool, so that waiting requests do not block other routes."""

import asyncio
from datetime import datetime, timedelta

from anyio import CapacityLimiter, to_thread

from mini_ml.errors import Unavailable
from mini_ml.jobs import control
from mini_ml.jobs.job import Job
from mini_ml.ports import Cloud

_SLICE = timedelta(seconds=2)
"""Maximum time that a thread waits at once, so that threads end soon after a client disconnects or the server stops."""

_ANSWERING = timedelta(seconds=2)
"""Time that an answer takes after the wait."""

_WAITERS = 200


class Waiter:
    """Waits for the jobs of one process."""

    def __init__(self, cloud: Cloud) -> None:
        """Create a waiter for the jobs of `cloud`."""
        self._cloud = cloud
        self._limiter = CapacityLimiter(_WAITERS)

    async def finished(self, job: Job, until: datetime) -> Job:
        """Wait until a job is finished or the time `until`, and return its last known state.

        The wait ends earlier if the invocation would otherwise be stopped before it could answer. If the server stops
        or the storage is unavailable, this also returns the last known state: the job itself continues, and after an
        error the client would upload the file again.
        """
        until = self._limit(until)
        while True:
            now = self._cloud.now()
            try:
                job = await to_thread.run_sync(
                    control.wait,
                    self._cloud,
                    job.job_id,
                    min(until, now + _SLICE),
                    limiter=self._limiter,
                    abandon_on_cancel=True,
                )
            except (asyncio.CancelledError, Unavailable):
                return job
            if not job.is_open or self._cloud.now() >= until:
                return job

    def _limit(self, until: datetime) -> datetime:
        """Return a time at which the running invocation can still answer, `until` at the latest."""
        left = self._cloud.seconds_left()
        return until if left is None else min(until, self._cloud.now() + timedelta(seconds=left) - _ANSWERING)
