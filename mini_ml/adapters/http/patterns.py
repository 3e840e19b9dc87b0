"""Forms of names, as the OpenAPI document tells them."""


def or_empty(pattern: str) -> str:
    """Return the pattern of a field that may be left empty."""
    return f"^({pattern.removeprefix('^').removesuffix('$')})?$"
