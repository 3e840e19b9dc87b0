"""How much time, memory and storage a training takes, reckoned before any of it is spent."""
