"""The three services that run on Lambda: api, trainer and predict; each is handler, app and settings."""
