"""A file is parsed once, and its text is released before fitting."""

import gc
from pathlib import Path

import pytest

from mini_ml.contracts import TrainOptions
from mini_ml.ml.cells import numbers
from mini_ml.ml.records.block import Block
from mini_ml.ml.schema.infer import infer
from mini_ml.ml.training.dataset import read_table
from mini_ml.ml.training.prepare import read_dataset
from mini_ml.topology import Limits

ROWS = "".join(f"{row % 7}.25,{row},{'ab'[row % 2]},{row % 3}\n" for row in range(200))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text("share,count,letter,target\n" + ROWS)
    return path


def test_the_numbers_of_a_column_are_parsed_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = read_table(path, Limits())
    reader = infer(table, target="target").reader
    monkeypatch.setattr(numbers, "_read", lambda *given: pytest.fail("they were parsed again"))

    frame = reader.parse(table)

    assert frame.numbers[:3, 0].tolist() == [0.25, 1.25, 2.25]


def living_blocks() -> set[int]:
    """Return the identities of all blocks in this process; other tests may hold some."""
    gc.collect()
    return {id(thing) for thing in gc.get_objects() if isinstance(thing, Block)}


def test_the_text_is_released_after_parsing(path: Path) -> None:
    before = living_blocks()

    dataset = read_dataset(path, TrainOptions(model_type="GaussianNB"), limits=Limits(), seed=0)

    assert dataset.frame.rows == 200
    assert living_blocks() <= before
