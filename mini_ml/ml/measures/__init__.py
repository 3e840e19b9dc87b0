"""Measure predictions row by row and class by class: losses, rankings, and how much a mean of them varies."""
