"""Models that several tests share; training them takes a second."""

import pytest

from tests.unit.ml_drift.batches import Trained, train_shop


@pytest.fixture(scope="package")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return train_shop(tmp_path_factory.mktemp("classifier"), "label", "LogisticRegression")


@pytest.fixture(scope="package")
def regressor(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return train_shop(tmp_path_factory.mktemp("regressor"), "price", "Ridge")
