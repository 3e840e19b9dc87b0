"""How CSV and JSON rows are read, encoded and scored."""
