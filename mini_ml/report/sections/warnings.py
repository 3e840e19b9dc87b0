"""The warnings about the data, in the language of the page."""

from collections.abc import Iterator
from typing import Final

from mini_ml.contracts import DataWarning
from mini_ml.report.blocks import Block, Cell, Paragraph, TextTable, mark_code
from mini_ml.report.cutting import cut
from mini_ml.report.language import LANGUAGES
from mini_ml.report.sections.context import ReportContext
from mini_ml.report.texts_of_warnings import PORTUGUESE_WARNINGS, WITHOUT_CELLS

_EXAMPLES: Final = 3
_LONGEST: Final = 400


def build_warnings(context: ReportContext) -> Iterator[Block]:
    """Yield the table of warnings, or a sentence that there are none."""
    words, warnings = context.words, context.manifest.warnings
    if not warnings:
        yield Paragraph(text=words("no_warnings"))
        return
    rows = [
        (
            words("whole_file") if warning.column is None else cut(warning.column),
            _mark_text(context, warning),
            _write_examples(context, warning),
        )
        for warning in warnings
    ]
    heads = (words("column"), words("warnings"), words("examples"))
    shown = range(3) if any(row[2] for row in rows) else range(2)
    yield TextTable(
        title=words("warnings"),
        heads=[heads[place] for place in shown],
        rows=[[row[place] for place in shown] for row in rows],
        wide=frozenset({1, 2}),
        stacked=True,
    )


def _mark_text(context: ReportContext, warning: DataWarning) -> Cell:
    """Return the sentence of a warning; code in it is marked unless backticks may be those of a name or value."""
    text = cut(write_warning_text(context, warning), _LONGEST)
    quoted = (warning.column, *warning.params.values())
    return text if any("`" in str(value) for value in quoted) else mark_code(text)


def write_warning_text(context: ReportContext, warning: DataWarning) -> str:
    """Return the sentence of a warning; without what it quotes from the data if values are not shown."""
    count = context.locale.count(warning.count or 0)
    if not context.values and warning.code in WITHOUT_CELLS:
        return WITHOUT_CELLS[warning.code][LANGUAGES.index(context.words.language)].format(count=count)
    if context.words.language == "en" or warning.code not in PORTUGUESE_WARNINGS:
        return warning.message
    try:
        return PORTUGUESE_WARNINGS[warning.code].format(**{**warning.params, "count": count})
    except KeyError:  # a release with other parameters wrote it
        return warning.message


def _write_examples(context: ReportContext, warning: DataWarning) -> str:
    examples = warning.examples[:_EXAMPLES]
    if context.values:
        return "; ".join(context.words("line_value", line=one.line, value=one.value) for one in examples)
    lines = ", ".join(context.locale.count(one.line) for one in examples)
    return context.words("lines_only", lines=lines) if lines else ""
