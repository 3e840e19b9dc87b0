"""The fitted model: what it answers, and the file that holds it."""
