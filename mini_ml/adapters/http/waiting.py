"""Waits for jobs beside the event loop, in threads of its own, so that waiting never starves the other routes."""

import asyncio
from datetime import datetime, timedelta

from anyio import CapacityLimiter, to_thread

from mini_ml.contracts import Job
from mini_ml.errors import Unavailable
from mini_ml.jobs import control
from mini_ml.ports import Cloud

_SLICE = timedelta(seconds=2)
"""A thread waits this long at a time, so that none outlives a client that went away, or the server, by much."""

_WAITERS = 200


class Waiter:
    """The waiting service of one process."""

    def __init__(self, cloud: Cloud) -> None:
        """Take the cloud whose jobs are waited for."""
        self._cloud = cloud
        self._limiter = CapacityLimiter(_WAITERS)

    async def finished(self, job: Job, until: datetime) -> Job:
        """Return the job once it is terminal, or as it is when the time has come.

        A server that is told to stop cancels its open requests, and the storage may be away. The job goes on all the
        same, so the answer is then what is known of the job, not a failure: a client would hand the file over again.
        """
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
