"""Authentication and authorization: API keys, tokens, scopes and their settings."""
