"""Infer the columns of a training file from all its rows, and read the target."""
