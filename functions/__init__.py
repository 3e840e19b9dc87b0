"""The three services: api, trainer and predict. Each has a handler for Lambda, an app for uvicorn, and settings."""
