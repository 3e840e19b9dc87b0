"""The batch worker: leases the job of an upload and scores its rows with one pinned model version."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mini_ml import errors, keys
from mini_ml.contracts import BatchDrift, BatchSummary, Drift, Label, PredictResult, Upload
from mini_ml.jobs import intake
from mini_ml.jobs.job import Job
from mini_ml.jobs.lease import JobLease, acquire_lease
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.scoring.drift import build_drift
from mini_ml.ml.scoring.drift_counts import DriftCounter
from mini_ml.ml.scoring.list_warnings import list_warnings
from mini_ml.ml.scoring.score import RowPredictions, ScoreOptions, Sizes, score_csv
from mini_ml.parallel import map_parallel
from mini_ml.ports import Cloud, ObjectStore
from mini_ml.registry import aliases
from mini_ml.registry.batch_drifts import store_batch_drift
from mini_ml.topology import encoded_bytes
from mini_ml.topology.metrics import ROWS_SCORED
from mini_ml.workflows import transfer
from mini_ml.workflows.model_cache import Loaded, ModelCache
from mini_ml.workflows.rejects import store_rejects


def score_upload(cloud: Cloud, model_cache: ModelCache, upload: Upload, *, threads: int = 1) -> None:
    """Score the rows of one uploaded object, unless its job has ended or another worker has it.

    A second delivery of the same event changes nothing. An error about the client's data fails the job and does not
    leave this function; any other error gives the job back to its queue and is raised (see `JobLease`).

    Args:
        cloud: the ports.
        model_cache: the loaded models of this process.
        upload: the object version that the event named.
        threads: number of parts of the file scored at the same time.
    """

    def pin_version(job: Job) -> int | None:
        """Resolve the version with the first lease only, so that every attempt uses the same one."""
        if job.version is not None or job.model_name is None or job.predict is None:
            return job.version
        return aliases.resolve(cloud.artifacts, job.model_name, job.predict.version)

    timeout_seconds = cloud.stage.batch_timeout_seconds
    lease = acquire_lease(cloud, upload, timeout_seconds=timeout_seconds, version_of=pin_version)
    if lease is None:
        return
    with lease:  # renews the lease, and records in the job how the block ends
        name, version, options = lease.job.model_name, lease.job.version, lease.job.predict
        if name is None or version is None or options is None:
            raise errors.InvalidName("The upload names no model that could score it.", issues=[intake.NO_MODEL])
        score_options = ScoreOptions(
            columns_to_drop=options.columns_to_drop,
            only_predictions=options.only_predictions,
            probabilities=options.probabilities,
            bad_rows=options.bad_rows,
        )
        batch = _Batch(
            cloud=cloud, lease=lease, loaded=model_cache.version(name, version), options=score_options, threads=threads
        )
        result, summary = batch.run()
        lease.succeed_prediction(result, summary)
        cloud.metrics.count(ROWS_SCORED, result.rows, kind="batch")


@dataclass(frozen=True, kw_only=True)
class _Batch:
    """One batch prediction under its lease. Every object it writes is create-only and equal at each attempt."""

    cloud: Cloud
    lease: JobLease
    loaded: Loaded
    options: ScoreOptions
    threads: int

    def run(self) -> tuple[PredictResult, BatchSummary]:
        """Write the output, the rows without a prediction, the summary and, for an inline job, the predictions as JSON.

        Returns:
            Where all of it lies, and the summary.
        """
        upload, limits, store = self.lease.job.upload, self.cloud.stage.limits, self.cloud.artifacts
        inline = _Inline(limits.answer_bytes if self.lease.job.inline else 0)
        output_key, summary_key = self._key(keys.output_filename(upload.key)), self._key("summary.json")
        tally, drift = self._write_rows(output_key, inline)
        summary = self._summary(tally, drift)
        rejects_key = store_rejects(store, self._key(keys.REJECTS), tally.bad_rows)

        def store_summary() -> None:
            transfer.put_bytes_once(store, summary_key, summary.model_dump_json(indent=2).encode())

        writes: list[Callable[[], None]] = [store_summary, lambda: self._store_drift(drift)]
        map_parallel(lambda write: write(), writes)
        result = PredictResult(
            version=self.loaded.manifest.version,
            rows=tally.rows,
            output_key=output_key,
            output_uri=f"s3://{store.bucket}/{output_key}",
            summary_uri=f"s3://{store.bucket}/{summary_key}",
            predictions_key=inline.write(store, self._key("predictions.json")),
            rejects_key=rejects_key,
            rejects_uri=rejects_key and f"s3://{store.bucket}/{rejects_key}",
        )
        return result, summary

    def _key(self, filename: str) -> str:
        manifest = self.loaded.manifest
        return keys.prediction(manifest.model_name, manifest.version, self.lease.job.job_id, filename)

    def _write_rows(self, output_key: str, inline: "_Inline") -> tuple[Tally, Drift | None]:
        """Stream the rows through the model into the output, and return the counts for the summary and the drift."""
        tally, upload, limits = Tally(), self.lease.job.upload, self.cloud.stage.limits
        model, reference, file_bytes = self.loaded.model, self.loaded.reference, upload.size or 0
        counter = None if reference is None else DriftCounter(reference, file_bytes=file_bytes)
        with transfer.open_upload(self.cloud.uploads, upload, max_bytes=limits.upload_bytes) as source:
            parts = score_csv(
                model,
                source,
                limits=self.cloud.stage.batch_limits,
                tally=tally,
                sizes=Sizes(file_bytes=file_bytes, model_bytes=self.loaded.manifest.artifact.memory_bytes),
                options=self.options,
                drift=counter,
                on_progress=self.lease.checkpoint,
                on_predictions=inline.add,
                threads=self.threads,
            )
            transfer.stream_once(self.cloud.artifacts, output_key, parts)
        if reference is None or counter is None or counter.total is None:
            return tally, None
        return tally, build_drift(model, reference, counter.total, tally)

    def _summary(self, tally: Tally, drift: Drift | None) -> BatchSummary:
        return BatchSummary(
            job_id=self.lease.job.job_id,
            correlation_id=self.lease.job.correlation_id,
            model_name=self.loaded.manifest.model_name,
            version=self.loaded.manifest.version,
            rows=tally.rows,
            missing=dict(tally.missing),
            coerced=tally.coerced,
            unseen=tally.top_unseen(),
            file=tally.file,
            warnings=list_warnings(self.loaded.model, tally, drift),
            drift=drift,
        )

    def _store_drift(self, drift: Drift | None) -> None:
        """Store the drift where it is listed by model version."""
        if drift is not None:
            job, manifest = self.lease.job, self.loaded.manifest
            found = BatchDrift(job_id=job.job_id, created_at=job.created_at, drift=drift)
            store_batch_drift(self.cloud.artifacts, manifest.model_name, manifest.version, found)


class _Inline:
    """The predictions as a JSON list, dropped once they are too large for an HTTP answer of AWS Lambda."""

    def __init__(self, max_bytes: int) -> None:
        self._left = max_bytes
        self._parts: list[str] = []

    def add(self, predictions: RowPredictions) -> None:
        """Add the predictions of the next rows."""
        if self._left > 0:
            part = _join(predictions.values)
            self._left -= encoded_bytes(part) - 1  # its comma, but not the quotes around it
            self._parts.append(part)

    def write(self, store: ObjectStore, key: str) -> str | None:
        """Store the list and return its key; None if it is not wanted or does not fit."""
        if self._left <= 0:
            return None
        transfer.put_bytes_once(store, key, f"[{','.join(self._parts)}]".encode())
        return key


def _join(values: Sequence[Label | None]) -> str:
    """Return values as a JSON list without its brackets; a row without a prediction is null."""
    return json.dumps(list(values), ensure_ascii=False, allow_nan=False, separators=(",", ":"))[1:-1]
