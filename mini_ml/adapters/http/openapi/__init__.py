"""Describe the API: the OpenAPI document and its page."""
