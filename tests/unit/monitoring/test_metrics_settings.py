"""Settings choose where the metrics go, and say what is missing."""

from pathlib import Path

import pytest

from mini_ml.adapters.configuration import read_settings
from mini_ml.adapters.monitoring.build import build_metrics
from mini_ml.adapters.monitoring.emf import EmfMetrics
from mini_ml.adapters.monitoring.prometheus import PrometheusMetrics
from mini_ml.adapters.monitoring.settings import MetricsSettings
from mini_ml.ports import NO_METRICS


def settings_from(patch: pytest.MonkeyPatch, **variables: str) -> MetricsSettings:
    """Read the settings from an environment with these variables."""
    for name, value in variables.items():
        patch.setenv(name, value)
    return read_settings(MetricsSettings)


def test_nothing_is_recorded_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert build_metrics(settings_from(monkeypatch)) is NO_METRICS
    assert NO_METRICS.render() is None  # type: ignore[func-returns-value]  # this is what is tested


def test_metrics_for_cloudwatch_need_a_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="MINI_ML_METRICS=emf needs MINI_ML_STAGE"):
        settings_from(monkeypatch, MINI_ML_METRICS="emf")

    assert isinstance(build_metrics(settings_from(monkeypatch, MINI_ML_STAGE="dev")), EmfMetrics)


def test_metrics_for_prometheus_need_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="needs PROMETHEUS_MULTIPROC_DIR, a folder"):
        settings_from(monkeypatch, MINI_ML_METRICS="prometheus", PROMETHEUS_MULTIPROC_DIR="")

    folder = tmp_path / "metrics"
    settings = settings_from(monkeypatch, PROMETHEUS_MULTIPROC_DIR=str(folder), MINI_ML_METRICS_PROCESS="trainer")
    assert isinstance(build_metrics(settings), PrometheusMetrics)
    assert sorted(file.name for file in folder.iterdir()) == [
        "counter_trainer.db",
        "gauge_min_trainer.db",
        "gauge_mostrecent_trainer.db",
        "histogram_trainer.db",
    ]


def test_a_process_has_one_recorder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_from(monkeypatch, MINI_ML_METRICS="prometheus", PROMETHEUS_MULTIPROC_DIR=str(tmp_path))

    assert build_metrics(settings) is build_metrics(read_settings(MetricsSettings))


@pytest.mark.parametrize("name", ["../other", "a_b", "", "A", "x" * 65])
def test_the_name_of_a_process_is_part_of_a_file_name(name: str) -> None:
    with pytest.raises(ValueError, match="metrics_process"):
        MetricsSettings(metrics_process=name)
