"""Methods of the client that compare versions and move aliases."""

from pydantic import JsonValue

from mini_ml.client.sending import SendingClient
from mini_ml.contracts import AliasView, VersionComparison


class ComparingClient(SendingClient):
    """The part of the client that decides which version is used."""

    def compare(self, model_name: str, first: int | str, second: int | str) -> VersionComparison:
        """Compare two versions on the rows that both held out; says what is known about the second one."""
        url = self._transport.url("models", model_name, "compare")
        return self._read(self._transport.get(url, {"versions": f"{first},{second}"}), VersionComparison)

    def alias(self, model_name: str, alias: str) -> AliasView:
        """Return where an alias points, and the first page of its moves, newest first."""
        return self._get(AliasView, "models", model_name, "aliases", alias)

    def move_alias(
        self, model_name: str, alias: str, version: int, *, if_better: bool = False, reason: str | None = None
    ) -> None:
        """Point an alias at a version.

        Args:
            model_name: the model.
            alias: the alias; it is created if there is none.
            version: number of the version.
            if_better: move it only if the version is better than the present one.
            reason: why, for the moves of the alias.

        Raises:
            RequestRejected: the server rejected the request; if the version is not better, with the comparison as
                `problem.comparison`.
        """
        body: dict[str, JsonValue] = {"version": version, "if_better": if_better, "reason": reason}
        self._transport.put_json(self._transport.url("models", model_name, "aliases", alias), body)

    def remove_alias(self, model_name: str, alias: str, *, reason: str | None = None) -> None:
        """Remove an alias; the version that it pointed to stays."""
        url = self._transport.url("models", model_name, "aliases", alias)
        self._transport.delete(url, {"reason": reason} if reason else None)
