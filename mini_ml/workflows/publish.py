"""Publishes a version: one conditional write of its manifest, exactly once even if workers die in between."""

from datetime import datetime
from typing import Protocol

from mini_ml import errors, keys
from mini_ml.contracts import Manifest, UnsealedManifest
from mini_ml.jobs.lease import JobLease
from mini_ml.ports import Cloud, ObjectStore
from mini_ml.registry import versions
from mini_ml.registry.sealing import seal


class BuildManifest(Protocol):
    """Builds the manifest for a version number that may be free; called again for the next number if it is not."""

    def __call__(self, *, version: int, superseded: bool) -> UnsealedManifest:
        """Return the complete manifest; publishing adds the seal."""


def publish_version(
    cloud: Cloud, lease: JobLease, model_name: str, uploaded_at: datetime, build_manifest: BuildManifest
) -> Manifest:
    """Publish a version and return its manifest, which an earlier attempt at this job may have written.

    Each number is recorded in the job (If-Match) before it is tried. So a worker that lost its lease stops there, and
    a successor tries the same number first. If the number is taken, the stored manifest decides: this job's means
    that it is published, another job's means that the next number is tried.

    Args:
        cloud: the ports.
        lease: the lease on the training's job.
        model_name: the model that gets the version.
        uploaded_at: when the dataset was uploaded; a version with a later dataset supersedes this one.
        build_manifest: called with each number that is tried.

    Raises:
        LeaseLost: another worker has the job.
    """
    store = cloud.artifacts
    version = lease.job.intent or versions.find_newest(store, model_name) + 1
    while True:
        if lease.job.intent != version:
            lease.record_intent(version)
        try:
            superseded = _is_superseded(store, model_name, version, uploaded_at)
            document = seal(cloud, build_manifest(version=version, superseded=superseded))
            with lease.undisturbed():
                store.put_new(keys.manifest(model_name, version), document)
            return versions.parse_manifest(document)
        except errors.AlreadyExists:
            standing = versions.load_manifest(store, model_name, version)
        if standing.job_id == lease.job.job_id:
            return standing
        version = versions.find_newest(store, model_name, at_least=version) + 1


def _is_superseded(store: ObjectStore, model_name: str, version: int, uploaded_at: datetime) -> bool:
    """Return whether the dataset of the served version was uploaded after the one about to be published."""
    for earlier in range(version - 1, 0, -1):
        served = versions.load_manifest(store, model_name, earlier)
        if not served.superseded:
            return served.dataset.uploaded_at > uploaded_at
    return False
