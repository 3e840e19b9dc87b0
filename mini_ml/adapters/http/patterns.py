"""Regular expressions for the OpenAPI document."""


def or_empty(pattern: str) -> str:
    """Return a pattern that also matches the empty string."""
    return f"^({pattern.removeprefix('^').removesuffix('$')})?$"
