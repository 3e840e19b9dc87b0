"""Number of threads of the numeric libraries in every service."""

from typing import Final

ONE_THREAD: Final = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Environment variables that limit numeric libraries to one thread, because the result of a floating-point sum depends
on the number of threads. The libraries read them once, when they are imported."""
