"""A backend of joblib that runs tasks in threads and needs no semaphore of the operating system.

AWS Lambda has no `/dev/shm`, where such semaphores live. There, joblib runs everything in one thread, even what is
asked to run in threads, because its own pool of threads comes from `multiprocessing`.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from joblib.parallel import ParallelBackendBase, SequentialBackend


class ThreadBackend(ParallelBackendBase):  # type: ignore[misc]  # joblib has no types
    """Runs the tasks of one call of `joblib.Parallel` in threads of `concurrent.futures`."""

    uses_threads = True
    supports_sharedmem = True
    supports_retrieve_callback = True

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._threads = 1
        self._executor: ThreadPoolExecutor | None = None

    def effective_n_jobs(self, n_jobs: int | None) -> int:
        """Return the number of threads; `n_jobs` is a positive number, as estimators here never get another one."""
        return n_jobs or 1

    def configure(self, n_jobs: int = 1, parallel: Any = None, **options: Any) -> int:
        """Prepare for a call of `joblib.Parallel`, and return the number of threads."""
        self.parallel = parallel
        self._threads = self.effective_n_jobs(n_jobs)
        return self._threads

    def submit(self, func: Callable[[], Any], callback: Callable[[Future[Any]], None] | None = None) -> Future[Any]:
        """Run a task in a thread; `callback` gets its future when it has ended."""
        if self._executor is None:
            self._executor = ThreadPoolExecutor(max_workers=self._threads, thread_name_prefix="trees")
        future = self._executor.submit(func)
        if callback is not None:
            future.add_done_callback(callback)
        return future

    def retrieve_result_callback(self, future: Future[Any]) -> Any:
        """Return the result of a task that has ended, or raise its exception."""
        return future.result()

    def terminate(self) -> None:
        """Wait for the running tasks, and drop those that have not started."""
        if self._executor is not None:
            self._executor.shutdown(cancel_futures=True)
            self._executor = None

    def abort_everything(self, ensure_ready: bool = True) -> None:
        """Stop after a task has failed."""
        self.terminate()

    def get_nested_backend(self) -> tuple[ParallelBackendBase, None]:
        """Return the backend of calls of `joblib.Parallel` within a task: they run in its thread."""
        return SequentialBackend(nesting_level=(self.nesting_level or 0) + 1), None
