"""The trainer's story: an upload arrives, its job is leased, a model is trained, stored and published."""

import hashlib
from dataclasses import dataclass
from io import BufferedReader, BytesIO
from pathlib import Path

from mini_ml import errors, keys
from mini_ml.contracts import Artifact, Dataset, Manifest, TrainOptions, Upload
from mini_ml.ml.model import artifact, packing
from mini_ml.ml.plan import store as plans
from mini_ml.ml.training.train import Trained, split_document, train
from mini_ml.ports import Cloud
from mini_ml.workflows import intake, lease, outcome, publish, transfer
from mini_ml.workflows.lease import Held

SEED = 0


@dataclass(frozen=True, kw_only=True)
class _Stored:
    """What a training left in the store; nothing refers to it until the manifest does."""

    artifact: Artifact
    plan: Artifact | None


@dataclass(frozen=True, kw_only=True)
class _Dataset:
    """The dataset as it was downloaded."""

    path: Path
    upload: Upload
    sha256: str


def train_upload(cloud: Cloud, upload: Upload, *, workdir: Path, threads: int = 1) -> None:
    """Train on one uploaded object, unless its job is done or somebody holds it; delivered twice, it acts once.

    Args:
        cloud: the ports.
        upload: the object version that the event named.
        workdir: an empty folder for files that may be as large as the dataset.
        threads: trees of a forest that are grown at once.
    """
    held = lease.take(cloud, upload, timeout_seconds=cloud.stage.trainer_timeout_seconds)
    if held is None:
        return
    with held:
        manifest = _published(cloud, held, workdir, threads)
        held.succeed(**outcome.of_version(cloud, manifest))


def _published(cloud: Cloud, held: Held, workdir: Path, threads: int) -> Manifest:
    """Return what a lost predecessor published, else train and publish."""
    model_name, options = held.job.model_name, held.job.train
    if model_name is None or options is None:
        raise errors.InvalidName("The upload names no model that could be trained.", issues=[intake.NO_MODEL])
    return outcome.published(cloud, held.job) or _train(cloud, held, model_name, options, workdir, threads)


def _train(cloud: Cloud, held: Held, model_name: str, options: TrainOptions, workdir: Path, threads: int) -> Manifest:
    dataset, limits = _downloaded(cloud, held, workdir), cloud.stage.training_limits
    trained = train(dataset.path, options, limits=limits, seed=SEED, threads=threads, checkpoint=held.checkpoint)
    stored = _stored(cloud, held, model_name, trained, workdir)
    held.checkpoint(trained.rows, dataset.path.stat().st_size)
    uploaded_at = held.job.upload.uploaded_at or held.job.created_at

    def draft(version: int, superseded: bool) -> Manifest:
        manifest = _manifest(cloud, held, model_name, trained, dataset, stored)
        return manifest.model_copy(update={"version": version, "superseded": superseded})

    return publish.publish(cloud, held, model_name, uploaded_at, draft)


def _downloaded(cloud: Cloud, held: Held, workdir: Path) -> _Dataset:
    upload = held.job.upload
    path = workdir / "dataset.csv"
    digest = transfer.download(cloud.uploads, upload, path, max_bytes=cloud.stage.limits.upload_bytes)
    return _Dataset(path=path, upload=upload, sha256=digest)


def _stored(cloud: Cloud, held: Held, model_name: str, trained: Trained, workdir: Path) -> _Stored:
    """Write the artifact, the plan and the split under this attempt's own keys."""
    path, limit = workdir / "model.joblib", cloud.stage.limits.artifact_bytes
    artifact.dump(trained.model, path)
    size = path.stat().st_size
    _check_size(size, limit)
    packing.pack(path)
    with path.open("rb") as file:
        model = _put(cloud, _key(held, model_name, path.name), file, unpacked_size=size)
    plan = None
    if trained.plan is not None:
        body, size = BytesIO(trained.plan), plans.unpacked_size(BytesIO(trained.plan))
        if size <= limit:  # without one the model itself is served
            plan = _put(cloud, _key(held, model_name, "plan.npz"), body, unpacked_size=size)
    split = _key(held, model_name, "split.json")
    transfer.put_bytes_once(cloud.artifacts, split, split_document(trained))
    return _Stored(artifact=model, plan=plan)


def _check_size(size: int, limit: int) -> None:
    """Refuse a model that takes too much memory wherever it is loaded, however small it would be compressed."""
    if size <= limit:
        return
    raise errors.LimitExceeded(
        f"The trained model has {size:,} bytes before compression; at most {limit:,} are allowed.",
        issues=[
            errors.Issue(
                limit="artifact_bytes",
                parameter="model_params",
                reason=f"{size:,} bytes before compression, and the limit is {limit:,}",
                hint="use fewer or shallower trees, fewer rows, or another model type",
            )
        ],
    )


def _key(held: Held, model_name: str, filename: str) -> str:
    return keys.artifact(model_name, held.job.job_id, held.job.attempt, filename)


def _put(cloud: Cloud, key: str, file: BufferedReader | BytesIO, *, unpacked_size: int) -> Artifact:
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    head = transfer.put_once(cloud.artifacts, key, file)
    return Artifact(key=key, version_id=head.version_id, size=head.size, sha256=digest, unpacked_size=unpacked_size)


def _manifest(
    cloud: Cloud, held: Held, model_name: str, trained: Trained, dataset: _Dataset, stored: _Stored
) -> Manifest:
    return Manifest(
        model_name=model_name,
        version=0,
        job_id=held.job.job_id,
        attempt=held.job.attempt,
        created_at=cloud.now(),
        task=trained.schema.task,
        target=trained.schema.target,
        model_schema=trained.schema,
        model_type=trained.model_type,
        model_params=trained.model_params,
        metrics=trained.metrics,
        candidates=trained.candidates,
        notes=trained.notes,
        dataset=_described(held, trained, dataset),
        artifact=stored.artifact,
        plan=stored.plan,
        libraries=artifact.libraries(),
        seed=SEED,
        seal="",
    )


def _described(held: Held, trained: Trained, dataset: _Dataset) -> Dataset:
    return Dataset(
        bucket=dataset.upload.bucket,
        key=dataset.upload.key,
        version_id=dataset.upload.version_id or "",
        sha256=dataset.sha256,
        bytes=dataset.path.stat().st_size,
        rows=trained.rows,
        rows_without_target=trained.rows_without_target,
        training_rows=trained.training_rows,
        holdout_rows=len(trained.holdout_rows),
        uploaded_at=held.job.upload.uploaded_at or held.job.created_at,
    )
