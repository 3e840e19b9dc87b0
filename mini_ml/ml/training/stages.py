"""Report the stages of a training."""

from mini_ml.contracts import Stage, TrainingProgress
from mini_ml.ml.training.comparison import Report


class StageReporter:
    """Reports each stage with what the comparison of candidates has found so far."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._last = TrainingProgress(stage="reading")

    def enter(self, stage: Stage) -> None:
        """Report that a stage begins."""
        self.send(self._last.model_copy(update={"stage": stage}))

    def send(self, progress: TrainingProgress) -> None:
        """Report a progress, and repeat what it says about candidates in later stages."""
        self._last = progress
        self._report(progress)
