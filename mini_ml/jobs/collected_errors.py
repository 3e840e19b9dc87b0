"""Collect all errors of a request, so that the client gets them in one response."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from mini_ml.errors import InvalidOption, InvalidRequest, Issue, MiniMLError, Unprocessable


class CollectedErrors:
    """The errors_found of one request; the same issue found twice counts once."""

    def __init__(self, malformed: Iterable[Issue] = ()) -> None:
        """Start with issues that make the request malformed."""
        self._errors: list[MiniMLError] = []
        issues = tuple(malformed)
        if issues:
            self._errors.append(InvalidRequest(_summarize(issues), issues=issues))

    @contextmanager
    def collect(self) -> Iterator[None]:
        """Catch the error that the block raises, and continue."""
        try:
            yield
        except (InvalidRequest, Unprocessable) as error:
            self._errors.append(error)

    def raise_if_any(self) -> None:
        """Raise the collected error; if there are several, raise one error with all issues.

        Raises:
            InvalidRequest: the request is malformed.
            Unprocessable: the request is well formed, but a value in it is wrong.
        """
        if not self._errors:
            return
        if len(self._errors) == 1:
            raise self._errors[0]
        issues = tuple(dict.fromkeys(issue for error in self._errors for issue in error.issues))
        raise self._combined_type()(_summarize(issues), issues=issues)

    def _combined_type(self) -> type[MiniMLError]:
        error_types = {type(error) for error in self._errors}
        if InvalidRequest in error_types:
            return InvalidRequest
        return error_types.pop() if len(error_types) == 1 else InvalidOption


def _summarize(issues: tuple[Issue, ...]) -> str:
    if len(issues) == 1:
        return f"{issues[0].reason[:1].upper()}{issues[0].reason[1:]}."
    return f"The request has {len(issues)} errors, listed in `errors`."
