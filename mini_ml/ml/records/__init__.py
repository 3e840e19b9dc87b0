"""Split the bytes of a CSV into records and cells, decode them, and report what is wrong with the file."""
