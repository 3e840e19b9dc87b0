"""Move an alias to a version only if that version is better than the one that the alias points to."""

from functools import partial

from mini_ml.contracts import Alias
from mini_ml.errors import Issue, NotBetter
from mini_ml.ports import Cloud
from mini_ml.registry.alias_moves import move_alias
from mini_ml.registry.comparison import compare_versions


def promote_if_better(
    cloud: Cloud, model_name: str, name: str, version: int, *, moved_by: str, reason: str | None = None
) -> Alias:
    """Point an alias at a version if it is better; an alias that does not exist is created.

    Args:
        cloud: the ports.
        model_name: the model.
        name: the alias.
        version: the version to point at.
        moved_by: name of the credential, for the journal.
        reason: why, for the journal; None stands for the result of the comparison.

    Raises:
        NotBetter: it is not known to be better than the present version, which stays.
        InvalidName, ModelNotFound, VersionNotFound, AliasMoved: as `move_alias`.
        ArtifactRejected: the alias is damaged, or as `compare_versions`.
    """
    check = partial(_require_better, cloud, model_name, version)
    return move_alias(cloud, model_name, name, version, moved_by=moved_by, reason=reason, check=check)


def _require_better(cloud: Cloud, model_name: str, version: int, present: int) -> str:
    """Return why the version is better than the present one. Raises NotBetter."""
    found = compare_versions(cloud, model_name, present, version)
    if found.verdict == "better":
        return found.reason
    issue = Issue(parameter="if_better", reason=found.reason, hint="without `if_better`, the alias moves in any case")
    raise NotBetter(
        f"Version {version} is not known to be better than version {present}, so the alias was not moved. "
        f"{found.reason}",
        comparison=found.model_dump(mode="json"),
        issues=[issue],
    )
