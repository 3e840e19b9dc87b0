"""Columns with many categories can be encoded by the mean target of each category."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import TargetEncoder

from mini_ml.ml.encoding.encoders import MOST_CATEGORIES, Categories
from mini_ml.ml.encoding.features import Encoder, Encoding, fit_encoder, has_target_means
from mini_ml.ml.encoding.target_means import FEW_CATEGORIES, MOST_MEANS, Targets
from mini_ml.ml.frame import Matrix, TokenColumn
from mini_ml.ml.training.describe import model_schema
from mini_ml.topology import Limits
from tests.unit.ml_reading.models import LIMITS, reader, table

_KINDS = {0: "continuous", 2: "binary", 4: "multiclass"}


def column(codes: list[int]) -> TokenColumn:
    """Return a column of categories; -1 is a missing cell."""
    return TokenColumn(np.array(codes, dtype=np.intp), tuple(f"c{code}" for code in range(max(codes) + 1)))


def encode(columns: TokenColumn, targets: Targets, rows: TokenColumn) -> Matrix:
    """Fit the means of a column, and encode other rows with them."""
    fitted = targets.fit("a", columns)
    out = np.empty((len(rows.codes), fitted.width))
    fitted.encode(rows, out)
    return out


def fit(
    cells: list[str], *, classes: int = 2, encoding: Encoding = "target_mean", limits: Limits = LIMITS
) -> tuple[Encoder, bool]:
    """Fit an encoder to a column; return also whether it has mean targets for such rows."""
    csv = "a,y\n" + "".join(f"{cell},{'uv'[place % 2]}\n" for place, cell in enumerate(cells))
    rules = reader(csv)
    frame = rules.parse(table(csv))
    target = np.arange(len(cells)) % max(classes, 2)
    encoder, _ = fit_encoder(rules, frame, limits, target=target, classes=classes, encoding=encoding)
    return encoder, has_target_means(rules, frame, limits, classes=classes)


def cities(count: int) -> list[str]:
    """Return so many categories, each twice."""
    return [f"k{place % count}" for place in range(2 * count)]


@pytest.mark.parametrize("classes", [0, 2, 4])
@given(codes=st.lists(st.integers(-1, 12), min_size=10, max_size=60).filter(lambda codes: max(codes) >= 0))
def test_the_means_are_those_of_scikit_learn(classes: int, codes: list[int]) -> None:
    random = np.random.default_rng(len(codes))
    target = np.arange(len(codes)) % classes if classes else random.normal(size=len(codes))
    rows = np.array(codes)[:, np.newaxis]

    found = encode(column(codes), Targets(target, classes, 0), column(codes))

    assert np.allclose(found, TargetEncoder(target_type=_KINDS[classes]).fit(rows, target).transform(rows))


def test_a_frequent_category_has_its_own_mean_and_a_new_one_that_of_all_rows() -> None:
    codes = [0] * 50 + [1] * 50
    target = np.array([0, 1] * 25 + [1] * 50)

    found = encode(column(codes), Targets(target, 2, 0), TokenColumn(np.array([0, 1, 2]), ("c0", "c1", "new")))

    assert found[:, 0] == pytest.approx([0.51, 1.0, 0.75], abs=0.01)


def test_missing_cells_have_a_mean_of_their_own() -> None:
    codes = [-1] * 4 + [0] * 4

    found = encode(column(codes), Targets(np.array([1] * 4 + [0] * 4), 2, 0), column([-1, 0]))

    assert found.tolist() == [[1.0], [0.0]]


@pytest.mark.parametrize(("words", "expected"), [(["NA"], 1.0), (["-"], 1.0), (["NA", "None"], 0.5), ([], 0.5)])
def test_a_gap_where_training_had_none_is_the_only_word_for_none_or_any_row(words: list[str], expected: float) -> None:
    texts = (*words, *["a", "b"][len(words) :], "c", "d")
    codes = np.repeat(np.arange(4), 2)
    target = np.array([1, 1, 1, 1, 0, 0, 0, 0])

    found = encode(TokenColumn(codes, texts), Targets(target, 2, 0), TokenColumn(np.array([-1]), texts))

    assert found.tolist() == [[expected]]


@settings(max_examples=20)
@given(count=st.integers(FEW_CATEGORIES - 2, FEW_CATEGORIES + 2))
def test_columns_with_many_categories_are_encoded_by_means_if_asked(count: int) -> None:
    encoder, has_means = fit(cities(count))

    assert has_means == (count > FEW_CATEGORIES)
    assert encoder.feature_names == (
        ("a.mean",) if has_means else fit(cities(count), encoding="one_hot")[0].feature_names
    )


def test_more_than_two_classes_have_a_mean_each() -> None:
    assert fit(cities(40), classes=3)[0].feature_names == ("a.mean_0", "a.mean_1", "a.mean_2")


@pytest.mark.parametrize(
    ("classes", "limits"), [(MOST_MEANS + 1, LIMITS), (3, Limits(encoded_width=8))], ids=["classes", "width"]
)
def test_categories_keep_their_columns_if_their_means_would_be_too_many(classes: int, limits: Limits) -> None:
    encoder, has_means = fit(cities(40), classes=classes, limits=limits)

    assert not has_means
    assert isinstance(encoder.columns[0], Categories)
    assert encoder.width <= limits.encoded_width


def test_categories_keep_their_columns_if_there_are_too_many_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mini_ml.ml.encoding.features.MOST_VALUES", 120)

    assert [fit(cities(count), classes=3)[1] for count in (40, 41)] == [True, False]


def test_the_columns_with_most_categories_get_the_room_there_is() -> None:
    rows = "".join(f"k{place % 40},k{place % 60},k{place % 50},{'uv'[place % 2]}\n" for place in range(600))
    rules = reader(f"a,b,c,y\n{rows}")
    frame = rules.parse(table(f"a,b,c,y\n{rows}"))

    encoder, _ = fit_encoder(
        rules, frame, Limits(encoded_width=200), target=np.arange(600) % 25, classes=25, encoding="target_mean"
    )

    assert [isinstance(column, Categories) for column in encoder.columns] == [True, False, False]


def test_a_class_that_no_row_has_gets_a_column_too() -> None:
    found = encode(column([0, 0, 1, 1]), Targets(np.array([0, 2, 2, 2]), 4, 0), column([0, 1]))

    assert found.shape == (2, 4)
    assert found.sum(axis=1) == pytest.approx([1, 1], abs=0.2)
    assert found[:, [1, 3]].tolist() == [[0, 0], [0, 0]]


def test_a_single_row_is_encoded() -> None:
    targets = Targets(np.array([1]), 2, 0)
    out = np.full((1, 1), np.nan)

    targets.encode_training_rows(column([0]), out)

    assert out.tolist() == [[0.0]]


def test_categories_that_training_did_not_have_are_counted() -> None:
    csv = "a,y\n" + "".join(f"{cell},{'uv'[place % 2]}\n" for place, cell in enumerate(cities(40)))
    rules = reader(csv)
    encoder, _ = fit(cities(40))

    unseen = encoder.unseen(rules.parse(table("a,y\nk1,u\nnew,v\nnew,v\n,v\n")))

    assert unseen == {"a": {"new": 2}}


def test_the_schema_names_the_commonest_categories() -> None:
    cells = [*cities(150), "k7", "k7"]
    csv = "a,y\n" + "".join(f"{cell},{'uv'[place % 2]}\n" for place, cell in enumerate(cells))
    rules = reader(csv)
    encoder, _ = fit(cells)

    schema = model_schema(
        rules, encoder, rules.parse(table(csv)), task="classification", labels=("u", "v"), probabilities=True
    )

    categories = schema.columns[0].categories
    assert categories is not None
    assert (categories[0], len(categories)) == ("k7", MOST_CATEGORIES)
