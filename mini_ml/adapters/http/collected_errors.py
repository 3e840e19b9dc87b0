"""Collects everything that is wrong with a request, so that the client hears it all at once."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from mini_ml.errors import InvalidOption, InvalidRequest, Issue, MiniMLError, Unprocessable


class CollectedErrors:
    """The refusals of one request; the same fault found twice counts once."""

    def __init__(self, malformed: Iterable[Issue] = ()) -> None:
        """Begin with what is already known to be malformed."""
        self._refusals: list[MiniMLError] = []
        issues = tuple(malformed)
        if issues:
            self._refusals.append(InvalidRequest(_sentence(issues), issues=issues))

    @contextmanager
    def collect(self) -> Iterator[None]:
        """Keep the refusal that the block raises, and go on."""
        try:
            yield
        except (InvalidRequest, Unprocessable) as refusal:
            self._refusals.append(refusal)

    def raise_if_any(self) -> None:
        """Raise one error that tells all: the only one as it is, else the gravest kind with every fault.

        Raises:
            InvalidRequest: something is malformed.
            Unprocessable: everything is well formed, and something is wrong.
        """
        if not self._refusals:
            return
        if len(self._refusals) == 1:
            raise self._refusals[0]
        issues = tuple(dict.fromkeys(fault for refusal in self._refusals for fault in refusal.issues))
        raise self._kind()(_sentence(issues), issues=issues)

    def _kind(self) -> type[MiniMLError]:
        kinds = {type(refusal) for refusal in self._refusals}
        if InvalidRequest in kinds:
            return InvalidRequest
        return kinds.pop() if len(kinds) == 1 else InvalidOption


def _sentence(issues: tuple[Issue, ...]) -> str:
    if len(issues) == 1:
        return f"{issues[0].reason[:1].upper()}{issues[0].reason[1:]}."
    return f"{len(issues)} things are wrong with this request; `errors` lists them."
