"""Readers who may not see the data see counts: no cell value is left in a profile without values."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mini_ml.contracts import DependenceLine, Profile
from mini_ml.report.render import render_report
from mini_ml.report.values import without_values
from tests.fixtures.reported_models import make_manifest, make_profile
from tests.unit.ml_profiling.models import train_example, write_table

QUOTED = "c3ll-{}"


def test_no_cell_value_is_left() -> None:
    profile = make_profile(make_manifest(), value=QUOTED)

    assert "c3ll-" in profile.model_dump_json()
    assert "c3ll-" not in without_values(profile).model_dump_json()


def test_no_actual_number_of_a_row_is_left() -> None:
    shown = without_values(make_profile(make_manifest(labels=None)))

    assert shown.regression is not None
    assert (shown.regression.actual, shown.regression.predicted) == ((), ())
    assert {(error.actual, error.predicted) for error in shown.worst_errors} == {(None, None)}


def test_bounds_that_are_cells_are_left_out() -> None:
    document = without_values(make_profile(make_manifest(labels=None))).model_dump()

    assert {column["quantiles"] for column in document["columns"]} == {None}
    assert document["target"]["quantiles"] is None
    assert document["prediction_quantiles"] is None


@pytest.mark.parametrize("extreme", [(), (-98765.4321, 98765.4321)])
def test_bounds_of_histograms_are_no_cells(tmp_path: Path, extreme: tuple[float, ...]) -> None:
    cells = [round(13.1357 + 0.7391 * place, 4) for place in range(150)] + list(extreme)
    targets = [round(2.1313 * cell + 0.0717 * (place % 7), 4) for place, cell in enumerate(cells)]
    path = write_table(tmp_path / "t.csv", {"size": cells, "price": targets})

    example = train_example(path, "Ridge")

    found = json.loads(without_values(example.profile).model_dump_json())
    residuals = (example.target - np.array(example.predictions.values)).tolist()
    histograms = [found["columns"][0]["histogram"], found["target"]["histogram"], found["regression"]["residuals"]]
    for values, histogram in zip((cells, targets, residuals), histograms, strict=True):
        assert not set(values) & set(histogram["edges"])
    assert not set(cells) & set(found["dependence"][0]["numbers"])


def with_numbers(profile: Profile, *numbers: float) -> Profile:
    """Return a profile whose first partial dependence has these points and one line."""
    line = DependenceLine(label=profile.dependence[0].lines[0].label, values=tuple(n / 7 for n in numbers))
    changed = profile.dependence[0].model_copy(update={"numbers": numbers, "lines": (line,)})
    return profile.model_copy(update={"dependence": (changed, *profile.dependence[1:])})


def test_the_points_of_partial_dependence_are_round_numbers_on_the_same_line() -> None:
    odd = (13.371, 29.977, 61.313, 88.889)

    profile = with_numbers(make_profile(make_manifest()), *odd)
    found = without_values(profile).dependence[0]

    assert not set(odd) & set(found.numbers)
    assert found.numbers == tuple(float(number) for number in range(15, 90, 5))
    assert found.lines[0].values == pytest.approx([number / 7 for number in found.numbers])
    assert b"13.371" not in render_report(make_manifest(), profile, language="en", values=False)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=20, unique=True).map(sorted))
def test_whatever_the_points_are_the_others_are_between_them(numbers: list[float]) -> None:
    profile = with_numbers(make_profile(make_manifest()), *numbers)

    shown = without_values(profile).dependence

    for one in shown[: len(shown) - len(profile.dependence) + 1]:
        assert numbers[0] <= one.numbers[0] < one.numbers[-1] <= numbers[-1]
        assert len(one.numbers) == len(one.lines[0].values) <= 30


def test_points_that_are_too_close_for_round_numbers_are_left_out() -> None:
    profile = with_numbers(make_profile(make_manifest()), 1.0000000000000002, 1.0000000000000004)

    assert len(without_values(profile).dependence) == len(profile.dependence) - 1


def test_counts_and_lines_stay() -> None:
    profile = make_profile(make_manifest())
    shown = without_values(profile)

    assert [column.missing for column in shown.columns] == [column.missing for column in profile.columns]
    assert [one.count for one in shown.columns[1].frequencies] == [one.count for one in profile.columns[1].frequencies]
    assert [error.line for error in shown.worst_errors] == [error.line for error in profile.worst_errors]


def test_a_category_has_the_same_number_in_all_figures_of_its_column() -> None:
    shown = without_values(make_profile(make_manifest()))

    assert [one.value for one in shown.columns[1].frequencies] == ["#1", "#2", "#3", "#4", "#5", "#6"]
    assert shown.dependence[1].categories == ("#1", "#7", None)


@given(value=st.text(alphabet=st.characters(codec="utf-8"), min_size=3).map(lambda text: f"c3ll {text}"))
def test_whatever_the_cells_are_none_is_left(value: str) -> None:
    profile = make_profile(make_manifest(), value=value.replace("{", "(").replace("}", ")") + " {}")

    document = json.loads(without_values(profile).model_dump_json())

    assert "c3ll" not in json.dumps(document)
