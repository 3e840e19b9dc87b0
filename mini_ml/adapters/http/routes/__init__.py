"""The routes that more than one room answers, so that every link holds wherever it was given."""
