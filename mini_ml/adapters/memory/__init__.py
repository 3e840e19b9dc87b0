"""The ports in memory, for tests and for writing the OpenAPI document."""
