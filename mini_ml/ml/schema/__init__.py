"""What a training file's columns are, decided once over all rows, and which of them is the target."""
