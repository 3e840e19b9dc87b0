"""What the methods of the client share: they send a request, and parse and keep its response."""

import httpx2

from mini_ml.client.answers import View, parse_view
from mini_ml.client.transport import Transport


class SendingClient:
    """Base class of the client and of its parts."""

    last_answer: str = ""
    """JSON text of the model that a method returned last, as the server sent it: links are relative, and fields that
    this client does not know are there."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _get(self, view: type[View], *segments: str) -> View:
        return self._read(self._transport.get(self._transport.url(*segments)), view)

    def _read(self, response: httpx2.Response, view: type[View]) -> View:
        found = parse_view(response, view)
        self.last_answer = response.text
        return found
