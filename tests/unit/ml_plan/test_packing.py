"""The file of a model is compressed if it then loads faster, and reads the same either way."""

from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor

from mini_ml.contracts import Artifact
from mini_ml.errors import ArtifactRejected
from mini_ml.ml.frame import Matrix
from mini_ml.ml.model import artifact, packing
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.plan import store
from mini_ml.topology import MIB
from tests.unit.ml_plan.models import dump_plan, with_estimator
from tests.unit.ml_reading.models import regressor

RANDOM = np.random.default_rng(0)
NOISE = RANDOM.integers(0, 256, 2 * MIB, dtype=np.uint8)
ZEROS = np.zeros(2 * MIB, dtype=np.uint8)
POINTS: Matrix = RANDOM.normal(size=(3_000, 1))


@pytest.fixture(scope="module")
def small() -> FittedModel:
    return regressor("size,price\n" + "\n".join(f"{row},{3 * row % 7}" for row in range(20)))


@pytest.fixture(scope="module")
def forest(small: FittedModel) -> FittedModel:
    """Some 4 MiB as a file."""
    estimator = RandomForestRegressor(n_estimators=20, random_state=0).fit(POINTS, POINTS[:, 0] ** 2)
    return with_estimator(small, estimator)


def write_csv(content: bytes, path: Path) -> bytes:
    """Write a file, compress it, and return its content."""
    path.write_bytes(content)
    packing.pack(path)
    return path.read_bytes()


def test_a_forest_is_compressed_to_less_than_half_and_predicts_the_same(forest: FittedModel, tmp_path: Path) -> None:
    path = tmp_path / "model.joblib"
    artifact.dump(forest, path)
    before = path.stat().st_size

    packing.pack(path)

    with path.open("rb") as file:
        loaded = artifact.load(file)
    assert path.stat().st_size < before / 2
    assert np.array_equal(loaded.members[0].estimator.predict(POINTS), forest.members[0].estimator.predict(POINTS))
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", [NOISE, ZEROS[: MIB - 1]], ids=["not compressible", "small"])
def test_an_artifact_that_would_not_load_faster_is_not_compressed(content: np.ndarray, tmp_path: Path) -> None:
    assert write_csv(content.tobytes(), tmp_path / "model") == content.tobytes()


def test_compressing_the_same_file_gives_the_same_bytes(tmp_path: Path) -> None:
    packed = {write_csv(ZEROS.tobytes(), tmp_path / name) for name in ("one", "two")}

    assert [len(content) < len(ZEROS) for content in packed] == [True]


def test_the_whole_file_decides_about_compression() -> None:
    assert packing.is_worth_compressing(NOISE, ZEROS, ZEROS, ZEROS)
    assert not packing.is_worth_compressing(ZEROS, NOISE, NOISE, NOISE)


def test_a_plan_of_many_trees_is_compressed_and_reads_the_same(forest: FittedModel) -> None:
    body = dump_plan(forest)

    plan = store.load(BytesIO(body))

    assert compressions(body) == {ZIP_DEFLATED}
    assert len(body) < store.unpacked_size(BytesIO(body)) / 2
    assert plan is not None
    assert np.array_equal(plan.members[0].estimator.predict(POINTS), forest.members[0].estimator.predict(POINTS))


def test_a_small_plan_is_not_compressed(small: FittedModel) -> None:
    assert compressions(dump_plan(small)) == {ZIP_STORED}


def test_a_damaged_compressed_plan_is_rejected(forest: FittedModel) -> None:
    body = bytearray(dump_plan(forest))
    middle = len(body) // 2
    body[middle : middle + 1000] = bytes(1000)

    with pytest.raises(ArtifactRejected):
        store.load(BytesIO(body))


def test_an_artifact_without_compression_counts_with_its_file_size() -> None:
    assert Artifact(key="k", version_id="v", size=7, sha256="").memory_bytes == 7


def compressions(body: bytes) -> set[int]:
    with ZipFile(BytesIO(body)) as archive:
        return {entry.compress_type for entry in archive.infolist()}
