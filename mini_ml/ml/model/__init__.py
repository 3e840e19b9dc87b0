"""The fitted model: its predictions, and the artifact that it is stored in."""
