"""Estimate the time, memory and storage of a training before it starts."""
