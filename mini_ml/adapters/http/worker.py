"""Work that a request begins and that may outlast it: in the background, one job at a time per process."""

import logging
import threading
from collections.abc import Callable

from mini_ml.contracts import Job, Upload
from mini_ml.errors import MiniMLError

logger = logging.getLogger(__name__)


class OneAtATime:
    """Runs jobs in daemon threads, so that a server that is told to stop does not wait for them.

    A job that is lost that way is not lost: its upload has been announced to the queue as well, and its lease runs
    out.
    """

    def __init__(self, handle: Callable[[Upload], None]) -> None:
        """Take what handles one upload."""
        self._handle = handle
        self._turn = threading.Lock()

    def start(self, job: Job) -> None:
        """Work on a job as soon as those before it are done; return at once."""
        threading.Thread(target=self._run, args=(job,), name=f"job-{job.job_id}", daemon=True).start()

    def _run(self, job: Job) -> None:
        with self._turn:
            try:
                self._handle(job.upload)
            except MiniMLError as error:
                logger.warning("job_left_to_the_queue", extra={"job_id": job.job_id, "code": error.code})
