"""Context values that give a number to each of some functions, such as `trainer=8192,predict=4096`."""

from collections.abc import Mapping
from typing import get_args

from infra.context import InvalidContext
from mini_ml.topology import FunctionName


def parse_by_function(name: str, value: str | None) -> dict[FunctionName, int]:
    """Return the number of each function that a context value names.

    Args:
        name: name of the context value, for the error message.
        value: pairs `function=number`, separated by commas; None means no function.

    Raises:
        InvalidContext: a pair is malformed, or its function is unknown or named twice.
    """
    found: dict[FunctionName, int] = {}
    for pair in (value or "").replace(" ", "").split(","):
        if pair:
            function, number = _parse_pair(name, pair)
            if function in found:
                raise InvalidContext(f"The context value {name} names {function} twice.")
            found[function] = number
    return found


def _parse_pair(name: str, pair: str) -> tuple[FunctionName, int]:
    given, _, number = pair.partition("=")
    function = next((one for one in get_args(FunctionName) if one == given), None)
    if function is None:
        known = ", ".join(get_args(FunctionName))
        raise InvalidContext(f"The context value {name} names an unknown function in {pair}. Use one of {known}.")
    if not number.isascii() or not number.isdecimal():
        raise InvalidContext(
            f"The context value {name} needs a number for {function}, for example {name}={function}=10."
        )
    return function, int(number)


def require_range(name: str, values: Mapping[FunctionName, int], low: int, high: int) -> None:
    """Raise InvalidContext if a number is below `low` or above `high`."""
    for function, number in values.items():
        if not low <= number <= high:
            raise InvalidContext(
                f"The context value {name} must be {low:,} to {high:,} for {function}, not {number:,}."
            )
