"""List what an analyst would want to know about scored rows."""

from collections.abc import Iterator
from typing import Final

from mini_ml.contracts import ColumnKind, DataWarning, WarningExample
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.records.issues import short
from mini_ml.ml.schema.data_warnings import cut, limit_warnings, write_warning
from mini_ml.ml.schema.file_warnings import warn_of_scored_file

_KINDS: Final[dict[ColumnKind, str]] = {"numeric": "numbers", "boolean": "truth values", "datetime": "dates"}
_MOST_CATEGORIES: Final = 5


def list_warnings(model: FittedModel, tally: Tally) -> tuple[DataWarning, ...]:
    """Return the warnings about the rows that were counted, at most 50."""
    return limit_warnings([*_about_file(model, tally), *_about_cells(model, tally), *_about_gaps(model, tally)])


def _about_file(model: FittedModel, tally: Tally) -> Iterator[DataWarning]:
    if tally.reading is not None:
        yield from warn_of_scored_file(tally.reading, model.reader.names)
    for name in tally.unknown_columns:
        yield write_warning("unknown_columns_to_drop", column=name)


def _about_cells(model: FittedModel, tally: Tally) -> Iterator[DataWarning]:
    kinds = {feature.name: feature.kind for feature in model.reader.features}
    for column, code, notice in tally.notices:
        yield write_warning(
            code,
            column=column,
            count=notice.count,
            params={"kind": _KINDS[kinds[column]]} if code == "unreadable_cells" else None,
            examples=[WarningExample(line=one.line, value=cut(one.value)) for one in notice.examples],
        )
    for column, counts in tally.unseen.items():
        first = ", ".join(f"“{cut(text)}”" for text, _ in counts.most_common(_MOST_CATEGORIES))
        count = tally.unseen_cells[column]
        yield write_warning("unseen_categories", column=column, count=count, params={"categories": first})


def _about_gaps(model: FittedModel, tally: Tally) -> Iterator[DataWarning]:
    """Yield warnings about missing cells in columns that had none in training."""
    for column in model.schema.columns:
        count = tally.missing.get(column.name, 0)
        if count and not column.missing:
            yield write_warning("new_gaps", column=short(column.name), count=count)
