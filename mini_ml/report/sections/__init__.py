"""The sections of a report. Each module has one function that returns a section, or None if it would be empty."""
