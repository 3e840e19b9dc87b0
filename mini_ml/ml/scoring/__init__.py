"""A fitted model applied: to a CSV as a stream, or to JSON rows at once."""
