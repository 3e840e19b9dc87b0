"""Who is asking, and what for: API keys, tokens, and the settings that name them. Knows nothing of HTTP."""
