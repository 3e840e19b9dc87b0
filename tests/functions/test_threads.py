"""The number of threads of a service: from its settings, otherwise one per CPU."""

from dataclasses import replace
from os import cpu_count
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from functions.trainer import factory
from functions.trainer.settings import TrainerSettings
from mini_ml.adapters.memory.cloud import memory_cloud
from mini_ml.contracts import Upload
from mini_ml.topology import STAGES
from mini_ml.workflows import train as workflow
from tests.fixtures.emulated import cloud_environment


@pytest.mark.parametrize(("setting", "threads"), [(3, 3), (None, cpu_count())])
def test_the_trainer_uses_the_threads_of_its_settings_or_one_per_cpu(
    setting: int | None, threads: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given: dict[str, Any] = {}
    monkeypatch.setattr(factory, "train_upload", lambda cloud, upload, **named: given.update(named))

    factory.build_trainer(memory_cloud(), tmp_path, setting)(Upload(bucket="b", key="train/m/rows.csv"))

    assert given["threads"] == threads


def test_a_training_is_estimated_with_the_cores_of_its_stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given: dict[str, Any] = {}
    monkeypatch.setattr(workflow, "train", lambda path, options, **named: given.update(named))
    cloud = memory_cloud(stage=replace(STAGES["test"], trainer_memory_mib=2 * 1_769))
    cloud.uploads.put("train/m/rows.csv", b"a,b\n1,2\n")

    with pytest.raises(AttributeError):  # nothing was trained
        workflow.train_upload(cloud, cloud.queues["train"].messages[0], workdir=tmp_path, threads=8)

    assert (given["cores"], given["threads"]) == (2.0, 8)


@pytest.fixture
def required(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the variables that every service requires."""
    for name, value in cloud_environment("http://127.0.0.1:4566").items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("required")
def test_the_trainers_threads_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINI_ML_THREADS", "5")

    assert TrainerSettings().threads == 5


@pytest.mark.usefixtures("required")
def test_zero_threads_is_an_invalid_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINI_ML_THREADS", "0")

    with pytest.raises(ValidationError, match="threads"):
        TrainerSettings()
