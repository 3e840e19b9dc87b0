"""Lets `python -m mini_ml.cli` do what `mini-ml` does."""

import sys

from mini_ml.cli.entry import main

sys.exit(main())
