"""Benchmarks, reported as ratios to a peer measured in the same run.

Linear algebra uses one thread, for the peers too, as in the services: batch scoring distributes the work itself.
"""

import os

from mini_ml.topology import ONE_THREAD

os.environ.update(ONE_THREAD)  # before numpy is imported, which reads these variables once
