"""Parsed rows as the matrix that an estimator sees; all that is learned, is learned from training rows."""
