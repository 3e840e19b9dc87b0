"""Stores a trained model and what belongs to it; nothing refers to the files until a manifest is published."""

import hashlib
from dataclasses import dataclass
from io import BufferedReader, BytesIO
from pathlib import Path

from mini_ml import errors, keys
from mini_ml.contracts import Artifact, Profile, TrainOptions
from mini_ml.ml.model import artifact, packing
from mini_ml.ml.plan import store as plans
from mini_ml.ml.training.trained import Trained, split_document
from mini_ml.ports import ObjectStore
from mini_ml.topology import Limits
from mini_ml.workflows import transfer
from mini_ml.workflows.rejects import store_rejects


@dataclass(frozen=True)
class ModelFolder:
    """Where one attempt at a training stores its files."""

    store: ObjectStore
    model_name: str
    job_id: str
    attempt: int

    def key(self, filename: str) -> str:
        """Return the key of a file."""
        return keys.artifact(self.model_name, self.job_id, self.attempt, filename)

    def put(self, filename: str, file: BufferedReader | BytesIO, *, unpacked_size: int) -> Artifact:
        """Store a file once, and return what a manifest says about it."""
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        head = transfer.put_once(self.store, self.key(filename), file)
        return Artifact(
            key=self.key(filename),
            version_id=head.version_id,
            size=head.size,
            sha256=digest,
            unpacked_size=unpacked_size,
        )


@dataclass(frozen=True, kw_only=True)
class ModelFiles:
    """The files that the manifest of a training names."""

    artifact: Artifact
    plan: Artifact | None
    holdout_predictions: Artifact | None
    profile: Artifact


def store_model_files(
    folder: ModelFolder, trained: Trained, options: TrainOptions, *, workdir: Path, limits: Limits
) -> ModelFiles:
    """Store the model, its scoring plan, the split, the hold-out predictions, the profile, and the bad rows.

    Raises:
        LimitExceeded: the model would take too much memory where it is loaded.
    """
    model = _store_model(folder, trained, workdir / "model.joblib", limits.artifact_bytes)
    transfer.put_bytes_once(folder.store, folder.key("split.json"), split_document(trained, options))
    store_rejects(folder.store, folder.key(keys.REJECTS), trained.bad_rows)
    return ModelFiles(
        artifact=model,
        plan=_store_plan(folder, trained.plan, limits.artifact_bytes),
        holdout_predictions=_store_holdout_predictions(folder, trained.holdout_predictions),
        profile=_store_profile(folder, trained.profile),
    )


def _store_model(folder: ModelFolder, trained: Trained, path: Path, limit: int) -> Artifact:
    artifact.dump(trained.model, path)
    size = path.stat().st_size
    _check_size(size, limit)
    packing.pack(path)
    with path.open("rb") as file:
        return folder.put(path.name, file, unpacked_size=size)


def _check_size(size: int, limit: int) -> None:
    """Raise LimitExceeded if the model would take too much memory where it is loaded, however well it compresses."""
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


def _store_plan(folder: ModelFolder, plan: bytes | None, limit: int) -> Artifact | None:
    """Store a scoring plan, unless it takes too much memory where it is loaded; then the artifact itself is served."""
    if plan is None:
        return None
    size = plans.unpacked_size(BytesIO(plan))
    return folder.put("plan.npz", BytesIO(plan), unpacked_size=size) if size <= limit else None


def _store_holdout_predictions(folder: ModelFolder, packed: bytes | None) -> Artifact | None:
    """Store the predictions of the hold-out rows, a gzip file, which ends in its unpacked size (RFC 1952)."""
    if packed is None:
        return None
    size = int.from_bytes(packed[-4:], "little")
    return folder.put(keys.HOLDOUT_PREDICTIONS, BytesIO(packed), unpacked_size=size)


def _store_profile(folder: ModelFolder, profile: Profile) -> Artifact:
    body = profile.model_dump_json().encode()
    return folder.put(keys.PROFILE, BytesIO(body), unpacked_size=len(body))
