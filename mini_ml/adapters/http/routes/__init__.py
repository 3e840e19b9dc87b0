"""The routes that more than one service answers, so that every link holds wherever it was given."""
