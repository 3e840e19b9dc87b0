"""From a CSV and options to a fitted model and everything that its manifest says of it."""
