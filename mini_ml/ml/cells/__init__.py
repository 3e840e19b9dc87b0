"""Parse cells into numbers, booleans, dates, categories and texts, the same way for CSV and JSON."""
