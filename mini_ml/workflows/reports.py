"""Stores the report of a model version beside its artifact, in English, for readers of the bucket."""

from typing import Final

from mini_ml import keys
from mini_ml.contracts import Manifest
from mini_ml.ports import Cloud
from mini_ml.registry.profiles import load_profile
from mini_ml.report.language import Language
from mini_ml.report.render import render_report
from mini_ml.workflows import transfer

_LANGUAGE: Final[Language] = "en"


def store_report(cloud: Cloud, manifest: Manifest) -> None:
    """Store the report of a published version, unless it is stored already.

    It has values of cells, as the dataset has: both are in buckets that only people with AWS permissions read.

    Args:
        cloud: the ports.
        manifest: the manifest of the version.

    Raises:
        ArtifactRejected: the stored profile is not the one that the manifest names.
    """
    page = render_report(manifest, load_profile(cloud, manifest), language=_LANGUAGE, values=True)
    key = keys.artifact(manifest.model_name, manifest.job_id, manifest.attempt, keys.REPORT)
    transfer.put_bytes_once(cloud.artifacts, key, page)
