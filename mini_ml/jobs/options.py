"""Parses and checks the options of a job, whichever way they were given: as form fields, JSON or object metadata."""

from collections.abc import Iterator, Mapping
from typing import Final, TypeVar
from urllib.parse import unquote

from pydantic import ValidationError

from mini_ml import catalogue, keys
from mini_ml.contracts import EFFORTS, FrozenModel, Kind, PredictOptions, TrainOptions
from mini_ml.contracts.rejections import build_rejection
from mini_ml.errors import InvalidOption, Issue
from mini_ml.jobs.collected_errors import CollectedErrors
from mini_ml.suggest import suggest

OUTPUTS: Final = ("rows", "predictions", "probabilities")
_METADATA: Final[Mapping[Kind, tuple[str, ...]]] = {
    "train": tuple(name.replace("_", "-") for name in TrainOptions.model_fields),
    "predict": ("columns-to-drop", "output", "bad-rows"),
}
"""Keys of object metadata that are options."""
_MIN_SIMILARITY: Final = 0.8
"""A key at least this similar to an option counts as a misspelling of it."""

Options = TypeVar("Options", bound=FrozenModel)


def parse_train_options(given: Mapping[str, object]) -> TrainOptions:
    """Parse and check the options of a training.

    Args:
        given: options by name, as text or as JSON values; text is trimmed, and empty text means that the option is
            not given.

    Raises:
        InvalidRequest: a value cannot be parsed.
        UnknownModelType, InvalidOption: a value is not allowed. The error has all issues that can be found at once.
    """
    found = _clean(given)
    collected = CollectedErrors()
    with collected.collect():
        options = _validate(TrainOptions, found)
    with collected.collect():
        catalogue.check_model_type(str(found.get("model_type", "auto")))
    collected.raise_if_any()
    issues = [
        *catalogue.check_params(options.model_type, options.model_params),
        *_find_dropped_target(options),
        *_find_unused_effort(options),
        *_find_ambiguous_columns(options),
    ]
    if issues:
        raise InvalidOption(f"{len(issues)} of the options cannot be used.", issues=issues)
    return options


def _find_dropped_target(options: TrainOptions) -> list[Issue]:
    if options.target_column is None or options.target_column not in options.columns_to_drop:
        return []
    reason = f"`{options.target_column}` is the target and cannot be dropped"
    return [Issue(parameter="columns_to_drop", reason=reason, hint="take it out of columns_to_drop")]


def _find_unused_effort(options: TrainOptions) -> list[Issue]:
    if options.effort == EFFORTS[0] or options.model_type in catalogue.AUTO:
        return []
    reason = f"`{options.effort}` applies to `auto` only, and the model type is `{options.model_type}`"
    return [Issue(parameter="effort", reason=reason, hint="leave it out, or use model_type `auto`")]


def _find_ambiguous_columns(options: TrainOptions) -> Iterator[Issue]:
    """Yield an issue for each column that cannot have two roles; a column that is dropped can order or group rows."""
    target, time, group = options.target_column, options.time_column, options.group_column
    if target is not None and time == target:
        reason = f"`{time}` is the target and cannot order the rows"
        yield Issue(parameter="time_column", reason=reason, hint="name the column that says when a row was recorded")
    if target is not None and group == target:
        reason = f"`{group}` is the target and cannot group the rows"
        yield Issue(
            parameter="group_column", reason=reason, hint="name the column that says which rows belong together"
        )
    if group is not None and group == time:
        reason = f"`{group}` is also the time column"
        yield Issue(parameter="group_column", reason=reason, hint="name another column, or leave one of the two out")


def parse_predict_options(given: Mapping[str, object]) -> PredictOptions:
    """Parse and check the options of a batch prediction: `version`, `columns_to_drop`, `output` and `bad_rows`.

    Args:
        given: as for `parse_train_options`. `output` is text: parts of `OUTPUTS`, separated by commas.

    Raises:
        InvalidRequest: a value cannot be parsed.
        InvalidName, InvalidOption: a value is not allowed. The error has all issues.
    """
    found = _clean(given)
    collected = CollectedErrors()
    with collected.collect():
        keys.validate_version(str(found.get("version", keys.LATEST)))
    with collected.collect():
        found |= _parse_output(str(found.pop("output", "rows")))
    with collected.collect():
        options = _validate(PredictOptions, found)
    collected.raise_if_any()
    return options


def _parse_output(text: str) -> dict[str, object]:
    """Return the fields of PredictOptions that a list such as `predictions,probabilities` stands for."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    unknown = [part[:80] for part in parts if part not in OUTPUTS]
    if unknown:
        hint = f"use {', '.join(OUTPUTS)}"
        issues = [Issue(parameter="output", reason=f"`{part}` is unknown", hint=hint) for part in unknown]
        raise InvalidOption("Unknown output.", issues=issues)
    return {"only_predictions": "predictions" in parts, "probabilities": "probabilities" in parts}


def _clean(given: Mapping[str, object]) -> dict[str, object]:
    """Return the options that are given, with their text trimmed."""
    trimmed = {name: value.strip() if isinstance(value, str) else value for name, value in given.items()}
    return {name: value for name, value in trimmed.items() if value not in (None, "")}


def _validate(model: type[Options], given: Mapping[str, object]) -> Options:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise build_rejection(error) from error


def read_metadata(metadata: Mapping[str, str], kind: Kind) -> dict[str, str]:
    """Return the options in object metadata for a kind of job, by name and percent-decoded once.

    Raises:
        InvalidOption: a key looks like a misspelt option.
    """
    _reject_misspelt(metadata)
    return {key.replace("-", "_"): unquote(metadata[key]) for key in _METADATA[kind] if key in metadata}


def _reject_misspelt(metadata: Mapping[str, str]) -> None:
    """Raise InvalidOption for a key that looks like an option: ignoring it could train on the wrong column.

    Other keys are ignored, because tools that copy files add their own.
    """
    known = {key for keys_of_kind in _METADATA.values() for key in keys_of_kind}
    spare = [key for key in metadata if key not in known]
    near = {key: suggest(key.replace("_", "-"), known, min_similarity=_MIN_SIMILARITY) for key in spare}
    issues = [
        Issue(parameter=key[:80], reason=f"there is no option `{key[:80]}`", hint=f"did you mean `{found[0]}`?")
        for key, found in near.items()
        if found
    ]
    if issues:
        raise InvalidOption("The object's metadata has keys that look like misspelt options.", issues=issues)
