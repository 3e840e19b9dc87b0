"""Bytes of a CSV as records and cells: where each lies, what encoding it has, and what is wrong with the file."""
