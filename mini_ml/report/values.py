"""Take the cell values out of a profile, for readers who may not see the data."""

from collections.abc import Iterable

from mini_ml.contracts import ColumnProfile, PartialDependence, Profile


def without_values(profile: Profile) -> Profile:
    """Return a profile with counts in place of cell values.

    Categories become `#1`, `#2`, … by their frequency, the same in all figures of a column. Words of texts are out,
    and so are the bounds of ranges with as many rows each, because they are cells, and the actual and predicted values
    of single rows. Class labels stay: they are what the model answers.
    """
    ranks = {
        column.name: _rank(frequency.value for frequency in column.frequencies)
        for column in profile.columns
        if column.kind != "boolean"  # `true` and `false`, whatever its cells are
    }
    regression = profile.regression
    return profile.model_copy(
        update={
            "columns": tuple(_hide_column(column, ranks.get(column.name, {})) for column in profile.columns),
            "target": profile.target.model_copy(update={"quantiles": None}),
            "prediction_quantiles": None,
            "regression": regression and regression.model_copy(update={"actual": (), "predicted": ()}),
            "dependence": tuple(
                one if one.kind == "boolean" else _hide_dependence(one, ranks.get(one.name, {}))
                for one in profile.dependence
            ),
            "worst_errors": tuple(
                error.model_copy(update={"actual": None, "predicted": None}) for error in profile.worst_errors
            ),
        }
    )


def _rank(values: Iterable[str]) -> dict[str, str]:
    return {value: f"#{number}" for number, value in enumerate(dict.fromkeys(values), start=1)}


def _hide_column(column: ColumnProfile, ranks: dict[str, str]) -> ColumnProfile:
    hidden = tuple(one.model_copy(update={"value": ranks.get(one.value, one.value)}) for one in column.frequencies)
    return column.model_copy(update={"frequencies": hidden, "words": (), "quantiles": None})


def _hide_dependence(dependence: PartialDependence, ranks: dict[str, str]) -> PartialDependence:
    names = dict(ranks)
    for category in dependence.categories:
        if category is not None:
            names.setdefault(category, f"#{len(names) + 1}")
    hidden = tuple(None if category is None else names[category] for category in dependence.categories)
    return dependence.model_copy(update={"categories": hidden})
