"""What was asked for: the options of the training."""

from collections.abc import Iterator

from mini_ml.contracts import TrainOptions
from mini_ml.report.blocks import Section, TextTable
from mini_ml.report.cutting import cut, join
from mini_ml.report.sections.context import ReportContext


def build_asked(context: ReportContext) -> Section | None:
    """Return the section; None for models without a profile, whose manifests do not have the options."""
    if context.profile is None:
        return None
    words, defaults = context.words, TrainOptions()
    options = context.profile.options
    rows = []
    for name, text in _describe(context, options):
        usual = getattr(options, name) == getattr(defaults, name)
        rows.append((words(name), f"{text} ({words('is_default')})" if usual else text))
    table = TextTable(title=words("asked"), heads=(words("option"), words("value")), rows=rows)
    return Section(name="asked", title=words("asked"), blocks=[table])


def _describe(context: ReportContext, options: TrainOptions) -> Iterator[tuple[str, str]]:
    words, none = context.words, context.words("none")
    last = words("last_column", name=context.target)
    yield "target_column", last if options.target_column is None else cut(options.target_column)
    yield "model_type", cut(options.model_type)
    yield "model_params", join(f"{cut(name)} = {cut(value)}" for name, value in options.model_params.items()) or none
    yield "columns_to_drop", join(map(cut, options.columns_to_drop)) or none
    yield "bad_rows", words(f"bad_rows_{options.bad_rows}")
    yield "effort", options.effort
    yield "refit", words("yes" if options.refit else "no")
    yield "time_column", none if options.time_column is None else cut(options.time_column)
    yield "group_column", none if options.group_column is None else cut(options.group_column)
