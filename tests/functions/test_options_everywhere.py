"""Every option of a job exists at every entry point."""

import pytest

from mini_ml.adapters.http.reading.inspections import INSPECT_FORM
from mini_ml.adapters.http.reading.submissions import TRAIN_FORM
from mini_ml.adapters.http.schemas import UploadOptions
from mini_ml.cli import arguments
from mini_ml.contracts import InspectOptions, TrainOptions
from mini_ml.jobs.options import read_metadata

TRAINING = set(TrainOptions.model_fields)


def test_every_option_of_a_training_is_a_field_of_the_form() -> None:
    assert set(TRAIN_FORM.defaults) == TRAINING | {"model_name"}


def test_every_option_of_a_training_is_one_of_an_upload() -> None:
    assert set(UploadOptions.model_fields) >= TRAINING


@pytest.mark.parametrize("name", sorted(TRAINING))
def test_every_option_of_a_training_is_read_from_object_metadata(name: str) -> None:
    assert read_metadata({name.replace("_", "-"): "x"}, "train") == {name: "x"}


def test_every_option_of_a_training_can_be_typed() -> None:
    assert set(vars(arguments.parse(["train", __file__]))) >= TRAINING


def test_every_option_of_an_inspection_is_a_field_of_the_form() -> None:
    assert set(INSPECT_FORM.defaults) == set(InspectOptions.model_fields)


def test_every_option_of_an_inspection_can_be_typed_except_what_the_client_finds_out() -> None:
    assert set(vars(arguments.parse(["inspect", __file__]))) >= set(InspectOptions.model_fields) - {"is_head"}
