"""Publishing: one conditional write of the manifest makes a version, exactly once, whoever dies in between."""

from collections.abc import Callable
from datetime import datetime

from mini_ml import errors, keys
from mini_ml.contracts import Manifest
from mini_ml.ports import Cloud, ObjectStore
from mini_ml.workflows import registry
from mini_ml.workflows.lease import Held
from mini_ml.workflows.sealing import sealed

Draft = Callable[[int, bool], Manifest]
"""Gives the manifest for a version number, superseded or not; publishing seals it."""


def publish(cloud: Cloud, held: Held, model_name: str, uploaded_at: datetime, draft: Draft) -> Manifest:
    """Publish a version and return its manifest: ours, or the one that an earlier attempt at this job left.

    Before a number is tried it is written into the job (If-Match), so a worker that has lost its lease stops
    there, and a successor tries the same number first. Where the number is taken, the manifest that stands there
    tells: ours means published, another's means the next number.

    Raises:
        LeaseLost: another worker has the job.
    """
    store = cloud.artifacts
    version = held.job.intent or registry.newest(store, model_name) + 1
    while True:
        if held.job.intent != version:
            held.record_intent(version)
        try:
            document = sealed(cloud, draft(version, _is_superseded(store, model_name, version, uploaded_at)))
            with held.undisturbed():
                store.put_new(keys.manifest(model_name, version), document)
            return registry.manifest_in(document)
        except errors.AlreadyExists:
            standing = registry.manifest(store, model_name, version)
        if standing.job_id == held.job.job_id:
            return standing
        version = registry.newest(store, model_name, at_least=version) + 1


def _is_superseded(store: ObjectStore, model_name: str, version: int, uploaded_at: datetime) -> bool:
    """Tell whether what is served now was uploaded later than what is about to be published."""
    for earlier in range(version - 1, 0, -1):
        served = registry.manifest(store, model_name, earlier)
        if not served.superseded:
            return served.dataset.uploaded_at > uploaded_at
    return False
