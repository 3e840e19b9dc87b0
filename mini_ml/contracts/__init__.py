"""Pydantic models of the JSON documents in S3 and in HTTP responses. Imports neither pandas nor boto3."""

from mini_ml.contracts.base import FrozenModel
from mini_ml.contracts.batches import BatchSummary
from mini_ml.contracts.data_warnings import ColumnReport, DataWarning, WarningExample
from mini_ml.contracts.file_report import Escape, FileReport
from mini_ml.contracts.inspections import InspectAnswer, InspectedColumn
from mini_ml.contracts.job_events import JobEvent
from mini_ml.contracts.jobs import (
    Lease,
    PredictResult,
    Progress,
    Stage,
    TrainingProgress,
    TrainResult,
    Upload,
)
from mini_ml.contracts.metrics import ClassificationMetrics, Interval, Metrics, RegressionMetrics, Threshold
from mini_ml.contracts.models import (
    Alias,
    Artifact,
    Candidate,
    Column,
    Dataset,
    EnsembleMember,
    LeftOut,
    Manifest,
    Schema,
    UnsealedManifest,
)
from mini_ml.contracts.options import BAD_ROWS, EFFORTS, Effort, InspectOptions, PredictOptions, TrainOptions
from mini_ml.contracts.problems import Failure, IssueView, Problem
from mini_ml.contracts.sweeps import SweepState
from mini_ml.contracts.views import (
    JobPage,
    JobView,
    ManifestView,
    ModelPage,
    ModelView,
    PredictAnswer,
    SchemaView,
    ScoringAnswer,
    UploadInvitation,
    Url,
)
from mini_ml.contracts.vocabulary import OPEN_STATES, ColumnKind, JsonObject, Kind, Label, State, Task

__all__ = [
    "BAD_ROWS",
    "EFFORTS",
    "OPEN_STATES",
    "Alias",
    "Artifact",
    "BatchSummary",
    "Candidate",
    "ClassificationMetrics",
    "Column",
    "ColumnKind",
    "ColumnReport",
    "DataWarning",
    "Dataset",
    "Effort",
    "EnsembleMember",
    "Escape",
    "Failure",
    "FileReport",
    "FrozenModel",
    "InspectAnswer",
    "InspectOptions",
    "InspectedColumn",
    "Interval",
    "IssueView",
    "JobEvent",
    "JobPage",
    "JobView",
    "JsonObject",
    "Kind",
    "Label",
    "Lease",
    "LeftOut",
    "Manifest",
    "ManifestView",
    "Metrics",
    "ModelPage",
    "ModelView",
    "PredictAnswer",
    "PredictOptions",
    "PredictResult",
    "Problem",
    "Progress",
    "RegressionMetrics",
    "Schema",
    "SchemaView",
    "ScoringAnswer",
    "Stage",
    "State",
    "SweepState",
    "Task",
    "Threshold",
    "TrainOptions",
    "TrainResult",
    "TrainingProgress",
    "UnsealedManifest",
    "Upload",
    "UploadInvitation",
    "Url",
    "WarningExample",
]
