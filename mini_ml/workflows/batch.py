"""The batch predictor's story: an upload arrives, its job is leased, its rows are scored by one pinned version."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mini_ml import errors, keys
from mini_ml.contracts import BatchSummary, Job, Label, PredictResult, Upload
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.model.fitted import Predictions
from mini_ml.ml.scoring.score import ScoreOptions, Sizes, score_csv
from mini_ml.ports import Cloud, ObjectStore
from mini_ml.workflows import intake, lease, registry, transfer
from mini_ml.workflows.lease import Held
from mini_ml.workflows.model_cache import Loaded, ModelCache


def score_upload(cloud: Cloud, model_cache: ModelCache, upload: Upload, *, threads: int = 1) -> None:
    """Score one uploaded object, unless its job is done or somebody holds it; delivered twice, it acts once.

    Args:
        cloud: the ports.
        model_cache: the models that this process has loaded.
        upload: the object version that the event named.
        threads: parts of the file that are scored at once.
    """

    def pin(job: Job) -> dict[str, Any]:
        """Resolve the version once, with the first lease, whatever `latest` means by the next one."""
        if job.version is not None or job.model_name is None or job.predict is None:
            return {}
        return {"version": registry.resolve(cloud.artifacts, job.model_name, job.predict.version)}

    held = lease.take(cloud, upload, timeout_seconds=cloud.stage.batch_timeout_seconds, pin=pin)
    if held is None:
        return
    with held:
        name, version, options = held.job.model_name, held.job.version, held.job.predict
        if name is None or version is None or options is None:
            raise errors.InvalidName("The upload names no model that could score it.", issues=[intake.NO_MODEL])
        wanted = ScoreOptions(
            columns_to_drop=options.columns_to_drop,
            only_predictions=options.only_predictions,
            probabilities=options.probabilities,
        )
        batch = _Batch(
            cloud=cloud, held=held, loaded=model_cache.version(name, version), options=wanted, threads=threads
        )
        held.succeed(result=batch.run())


@dataclass(frozen=True, kw_only=True)
class _Batch:
    """One batch under its lease; all that it writes is create-only and the same at every attempt."""

    cloud: Cloud
    held: Held
    loaded: Loaded
    options: ScoreOptions
    threads: int

    def run(self) -> PredictResult:
        """Write the output, then its summary, and the predictions as JSON where an answer waits for them."""
        upload, limits, store = self.held.job.upload, self.cloud.stage.limits, self.cloud.artifacts
        inline = _Inline(limits.answer_bytes if self.held.job.inline else 0)
        output_key, summary_key = self._key(keys.output_filename(upload.key)), self._key("summary.json")
        tally = self._write_rows(output_key, inline)
        transfer.put_bytes_once(store, summary_key, self._summary(tally).model_dump_json(indent=2).encode())
        return PredictResult(
            version=self.loaded.manifest.version,
            rows=tally.rows,
            output_key=output_key,
            output_uri=f"s3://{store.bucket}/{output_key}",
            summary_uri=f"s3://{store.bucket}/{summary_key}",
            predictions_key=inline.write(store, self._key("predictions.json")),
        )

    def _key(self, filename: str) -> str:
        manifest = self.loaded.manifest
        return keys.prediction(manifest.model_name, manifest.version, self.held.job.job_id, filename)

    def _write_rows(self, output_key: str, inline: "_Inline") -> Tally:
        """Stream the rows through the model into the output, and return what was found in them."""
        tally, upload, limits = Tally(), self.held.job.upload, self.cloud.stage.limits
        with transfer.opened(self.cloud.uploads, upload, max_bytes=limits.upload_bytes) as source:
            parts = score_csv(
                self.loaded.model,
                source,
                limits=self.cloud.stage.batch_limits,
                tally=tally,
                sizes=Sizes(file_bytes=upload.size or 0, model_bytes=self.loaded.manifest.artifact.memory_bytes),
                options=self.options,
                on_progress=self.held.checkpoint,
                on_predictions=inline.add,
                threads=self.threads,
            )
            transfer.stream_once(self.cloud.artifacts, output_key, parts)
        return tally

    def _summary(self, tally: Tally) -> BatchSummary:
        return BatchSummary(
            job_id=self.held.job.job_id,
            model_name=self.loaded.manifest.model_name,
            version=self.loaded.manifest.version,
            rows=tally.rows,
            missing=dict(tally.missing),
            coerced=dict(tally.coerced),
            unseen=tally.top_unseen(),
            notes=tuple(tally.notes),
        )


class _Inline:
    """The predictions as the JSON list of an answer, for as long as they fit into one."""

    def __init__(self, max_bytes: int) -> None:
        self._left = max_bytes
        self._parts: list[str] = []

    def add(self, predictions: Predictions) -> None:
        """Add the predictions of the next rows."""
        if self._left > 0:
            part = _joined(predictions.values)
            self._left -= len(part) + 1
            self._parts.append(part)

    def write(self, store: ObjectStore, key: str) -> str | None:
        """Store the list and return its key; None where it is not wanted or does not fit."""
        if self._left <= 0:
            return None
        transfer.put_bytes_once(store, key, f"[{','.join(self._parts)}]".encode())
        return key


def _joined(values: Sequence[Label]) -> str:
    """Return values as the inside of a JSON list."""
    return json.dumps(list(values), allow_nan=False, separators=(",", ":"))[1:-1]
