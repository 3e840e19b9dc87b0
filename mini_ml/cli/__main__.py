"""Run `mini-ml` as `python -m mini_ml.cli`."""

import sys

from mini_ml.cli.entry import main

sys.exit(main())
