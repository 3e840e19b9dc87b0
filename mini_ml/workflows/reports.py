"""Stores the report of a model version beside its artifact, in English, for readers of the bucket."""

import logging
from typing import Final

from mini_ml import errors, keys
from mini_ml.contracts import Manifest
from mini_ml.jobs import outcome
from mini_ml.ports import Cloud
from mini_ml.registry.profiles import load_profile
from mini_ml.report.language import Language
from mini_ml.report.render import render_report
from mini_ml.workflows import transfer

logger = logging.getLogger(__name__)

_LANGUAGE: Final[Language] = "en"


def store_report_if_possible(cloud: Cloud, manifest: Manifest) -> None:
    """Store the report of a published version; if that fails, log it and leave the page out.

    The version is served already, so its page must not decide how the training ends. The api renders the report anew
    for each request, so a page that is absent can still be read there.

    Args:
        cloud: the ports.
        manifest: the manifest of the version.
    """
    try:
        store_report(cloud, manifest)
    except Exception as error:  # a bug of the renderer can raise any error, and would fail each attempt
        code = error.code if isinstance(error, errors.MiniMLError) else outcome.reason_of(error).code
        logger.warning(
            "report_not_stored",
            extra={"job_id": manifest.job_id, "code": code},
            exc_info=not isinstance(error, errors.MiniMLError),
        )


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
