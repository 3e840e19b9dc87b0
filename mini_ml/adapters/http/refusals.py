"""Collects everything that is wrong with a request, so that the client hears it all at once."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from mini_ml.errors import Fault, InvalidOption, InvalidRequest, MiniMLError, Unprocessable


class Refusals:
    """The refusals of one request; the same fault found twice counts once."""

    def __init__(self, malformed: Iterable[Fault] = ()) -> None:
        """Begin with what is already known to be malformed."""
        self._refusals: list[MiniMLError] = []
        faults = tuple(malformed)
        if faults:
            self._refusals.append(InvalidRequest(_sentence(faults), faults=faults))

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
        faults = tuple(dict.fromkeys(fault for refusal in self._refusals for fault in refusal.faults))
        raise self._kind()(_sentence(faults), faults=faults)

    def _kind(self) -> type[MiniMLError]:
        kinds = {type(refusal) for refusal in self._refusals}
        if InvalidRequest in kinds:
            return InvalidRequest
        return kinds.pop() if len(kinds) == 1 else InvalidOption


def _sentence(faults: tuple[Fault, ...]) -> str:
    if len(faults) == 1:
        return f"{faults[0].reason[:1].upper()}{faults[0].reason[1:]}."
    return f"{len(faults)} things are wrong with this request; `errors` lists them."
