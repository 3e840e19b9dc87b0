"""The samples equal the output of their script, and can be trained on."""

import runpy
from pathlib import Path

import pytest

from mini_ml.contracts import RegressionMetrics, TrainOptions
from mini_ml.ml.training.train import train
from mini_ml.topology import Limits

SAMPLES = Path(__file__).parents[2] / "samples"
NAMES = sorted(path.name for path in SAMPLES.glob("*.csv"))


@pytest.fixture(scope="module")
def written_samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    runpy.run_path(str(SAMPLES / "make.py"))["main"](folder)
    return folder


def test_the_script_writes_every_sample(written_samples: Path) -> None:
    assert sorted(path.name for path in written_samples.iterdir()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_equals_the_output_of_the_script(name: str, written_samples: Path) -> None:
    assert (SAMPLES / name).read_bytes() == (written_samples / name).read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_describes_every_sample(name: str) -> None:
    assert f"| `{name}` |" in (SAMPLES / "README.md").read_text(encoding="utf-8")


def test_iris_has_the_header_and_the_names_of_the_seed() -> None:
    for name in ("iris.csv", "iris_predict.csv"):
        header, *rows = (SAMPLES / name).read_text(encoding="utf-8").splitlines()

        assert header == "sepal.length,sepal.width,petal.length,petal.width,variety"
        assert {row.rpartition(",")[2] for row in rows} == {"Setosa", "Versicolor", "Virginica"}


def test_diabetes_is_a_regression() -> None:
    trained = train(SAMPLES / "diabetes.csv", TrainOptions(model_type="Ridge"), limits=Limits())

    assert isinstance(trained.metrics, RegressionMetrics)
    assert (trained.metrics.r2 or 0) > 0.3


def test_customers_have_every_kind_of_column() -> None:
    options = TrainOptions(model_type="RandomForestClassifier", target_column="churned")

    trained = train(SAMPLES / "customers.csv", options, limits=Limits())

    kinds = {column.kind for column in trained.schema.columns}
    assert kinds == {"numeric", "boolean", "categorical", "datetime", "text"}
    assert [column.name for column in trained.schema.left_out] == ["customer_id"]
