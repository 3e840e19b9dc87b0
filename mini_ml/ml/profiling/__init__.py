"""Compute the profile of a model: the figures of its report, and what later batches are compared with."""
