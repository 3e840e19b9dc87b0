"""Say in notes which rows a model was fitted on, and which measured it."""

from collections.abc import Iterator

from mini_ml.ml.training.split import Split


def describe_fit(split: Split, *, refit: bool) -> Iterator[str]:
    """Yield sentences about the rows of the fit and of the hold-out.

    Args:
        split: training and hold-out rows, and what the choice of the hold-out rows has to say.
        refit: whether the published model was fitted on the hold-out rows too.
    """
    held, kept = len(split.holdout), len(split.training)
    if not held:
        yield f"The model was trained on all {_count_rows(kept)}; there are too few to hold some out and measure it."
    elif refit:
        yield f"The model was trained on all {_count_rows(held + kept)}."
        yield f"Its metrics are those of the same model trained on {_count_rows(kept)} and measured on the others."
    else:
        yield f"The model was trained on {_count_rows(kept)}; {_count_others(held)} held out to measure it."
    yield from split.notes


def _count_rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _count_others(count: int) -> str:
    return "1 other was" if count == 1 else f"{count:,} others were"
