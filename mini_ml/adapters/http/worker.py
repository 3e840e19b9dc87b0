"""Run jobs of `POST /train` and `POST /predict` in the background, one at a time per process."""

import logging
import threading
from collections.abc import Callable
from contextvars import copy_context

from mini_ml import log_context
from mini_ml.contracts import Upload
from mini_ml.errors import MiniMLError
from mini_ml.jobs.job import Job

logger = logging.getLogger(__name__)


class SerialWorker:
    """Runs jobs in daemon threads, so that shutdown does not wait for them.

    A job interrupted by a shutdown runs again: its upload also sent a message to the queue, and its lease expires.
    """

    def __init__(self, handle: Callable[[Upload], None]) -> None:
        """Create a worker; `handle` processes one upload."""
        self._handle = handle
        self._turn = threading.Lock()

    def start(self, job: Job) -> None:
        """Start a job after the previous ones; returns immediately. Its log lines have the fields of the request."""
        run_in_context = copy_context().run
        threading.Thread(target=run_in_context, args=(self._run, job), name=f"job-{job.job_id}", daemon=True).start()

    def _run(self, job: Job) -> None:
        with self._turn, log_context.bind(job_id=job.job_id):
            try:
                self._handle(job.upload)
            except MiniMLError as error:
                logger.warning("job_left_to_the_queue", extra={"code": error.code})
