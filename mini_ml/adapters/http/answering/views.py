"""Build the HTTP views of jobs, models and versions, with their links."""

from pydantic import BaseModel
from starlette.responses import Response

from mini_ml.adapters.http.answering.links import Link, page_links
from mini_ml.adapters.http.answering.problems import problem_of_failure
from mini_ml.contracts import (
    AliasView,
    BatchDrift,
    BatchDriftView,
    JobView,
    Manifest,
    ManifestView,
    ModelView,
    PredictOptions,
    SchemaView,
    TrainOptions,
)
from mini_ml.jobs.job import Job
from mini_ml.jobs.job_links import job_links, job_path, version_path
from mini_ml.registry.alias_moves import AliasHistory
from mini_ml.registry.summaries import ModelSummary


def json_response(model: BaseModel, status: int = 200, *, headers: dict[str, str] | None = None) -> Response:
    """Return a model as a JSON response; NaN becomes null."""
    return Response(model.model_dump_json(by_alias=True), status, headers=headers, media_type="application/json")


def job_view(job: Job, link: Link) -> JobView:
    """Build the HTTP view of a job."""
    here = link(job_path(job.job_id))
    return JobView(
        job_id=job.job_id,
        correlation_id=job.correlation_id,
        kind=job.kind,
        state=job.state,
        model_name=job.model_name,
        version=job.version,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        attempt=job.attempt,
        options=_options(job),
        progress=job.progress,
        metrics=job.metrics,
        result=job.result,
        file=job.file,
        warnings=job.warnings,
        columns=job.columns,
        candidates=job.candidates,
        error=problem_of_failure(job.failure, instance=here) if job.failure else None,
        links={name: link(path) for name, path in job_links(job).items()},
    )


def _options(job: Job) -> TrainOptions | PredictOptions:
    return job.train or job.predict or (TrainOptions() if job.kind == "train" else PredictOptions())


def model_view(model: ModelSummary, link: Link, *, scores: bool) -> ModelView:
    """Build the HTTP view of a model; `scores` adds the link to online scoring."""
    here = f"/models/{model.model_name}"
    links = {"self": here, "jobs": f"/jobs?model_name={model.model_name}", **_scoring_links(here, scores)}
    if model.latest is not None:
        links["latest"] = version_path(model.model_name, model.latest)
    return ModelView(
        model_name=model.model_name,
        latest=model.latest,
        versions=model.versions,
        aliases=model.aliases,
        links={name: link(path) for name, path in links.items()},
    )


def _scoring_links(here: str, scores: bool) -> dict[str, str]:
    return {"invocations": f"{here}/invocations"} if scores else {}


def manifest_view(manifest: Manifest, link: Link, *, scores: bool, reports: bool) -> ManifestView:
    """Build the HTTP view of a model version; `scores` and `reports` add links that only some services have."""
    here = version_path(manifest.model_name, manifest.version)
    links = {
        "self": here,
        "model": f"/models/{manifest.model_name}",
        "job": job_path(manifest.job_id),
        "schema": f"{here}/schema",
        "artifact": f"{here}/artifact",
        **({"report": f"{here}/report"} if reports else {}),
        "drift": f"{here}/drift",
        **_scoring_links(here, scores),
    }
    return ManifestView(**dict(manifest), links={name: link(path) for name, path in links.items()})


def schema_view(manifest: Manifest, link: Link) -> SchemaView:
    """Build the HTTP view of a model version's schema."""
    here = version_path(manifest.model_name, manifest.version)
    return SchemaView(
        **dict(manifest.model_schema), links={"self": link(f"{here}/schema"), "model_version": link(here)}
    )


def alias_view(history: AliasHistory, model_name: str, link: Link, *, limit: int, cursor: int | None) -> AliasView:
    """Build the HTTP view of an alias and a page of its moves."""
    alias = history.alias
    here = f"/models/{model_name}/aliases/{alias.alias}"
    links = page_links(link, here, {"limit": limit}, cursor=cursor, following=history.cursor)
    links["model"] = link(f"/models/{model_name}")
    if alias.version is not None:
        links["model_version"] = link(version_path(model_name, alias.version))
    return AliasView(
        model_name=model_name,
        alias=alias.alias,
        version=alias.version,
        updated_at=alias.updated_at,
        moves=history.moves,
        links=links,
    )


def batch_drift_view(found: BatchDrift, link: Link) -> BatchDriftView:
    """Build the HTTP view of the drift of a batch."""
    return BatchDriftView(**dict(found), links={"job": link(job_path(found.job_id))})
