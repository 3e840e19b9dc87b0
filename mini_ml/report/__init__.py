"""Render the report of a model version as one HTML page, from its manifest and its profile."""
