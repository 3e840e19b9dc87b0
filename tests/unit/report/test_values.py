"""Readers who may not see the data see counts: no cell value is left in a profile without values."""

import json

from hypothesis import given
from hypothesis import strategies as st

from mini_ml.report.values import without_values
from tests.fixtures.reported_models import make_manifest, make_profile

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
