"""Read the settings of a process from its environment, and name the variables that are missing or wrong."""

from collections.abc import Iterator
from typing import TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings

_Settings = TypeVar("_Settings", bound=BaseSettings)


def read_settings(kind: type[_Settings]) -> _Settings:
    """Read settings from the environment.

    Raises:
        SystemExit: a variable is missing or wrong. The process ends with a line for each of them.
    """
    try:
        return kind()
    except ValidationError as error:
        raise SystemExit("\n".join(describe_invalid_settings(error))) from None


def describe_invalid_settings(error: ValidationError) -> Iterator[str]:
    """Yield a line for each invalid setting, with the name of its variable and without its value."""
    for issue in error.errors():
        name = ".".join(map(str, issue["loc"]))
        variable = name if name.isupper() else f"MINI_ML_{name.upper()}"  # fields with an alias report the alias
        if issue["type"] == "missing":
            yield f"{variable} is required, but it is not set."
        else:
            yield f"{f'{variable}: ' if name else ''}{issue['msg'].removeprefix('Value error, ')}"
