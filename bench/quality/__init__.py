"""Compare the models that different programs train on the same real data: `python -m bench.quality`."""
