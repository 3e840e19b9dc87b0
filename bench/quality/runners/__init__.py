"""One program per competitor, each run in an environment of its own: `python -m bench.quality.runners.NAME`."""
