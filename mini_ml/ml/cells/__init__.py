"""What the cells of a column mean, the same from every door: numbers, booleans, dates, categories, texts."""
