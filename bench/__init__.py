"""Benchmarks: figures as ratios to a peer that was asked in the same run.

Linear algebra has one thread here, for the peers too, as in the images: batch scoring shares the work out itself.
"""

import os

from mini_ml.local.processes import ONE_THREAD

os.environ.update(ONE_THREAD)  # before anything imports numpy, which reads it once
