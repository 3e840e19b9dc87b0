"""Benchmarks, reported as ratios to a peer measured in the same run.

Linear algebra uses one thread, for the peers too, as in the images: batch scoring distributes the work itself.
"""

import os

from mini_ml.local.processes import ONE_THREAD

os.environ.update(ONE_THREAD)  # before numpy is imported, which reads these variables once
