"""The data: the file and how it was read, the columns, the target, what was left out, and the warnings."""

from collections.abc import Iterator
from typing import Final

from mini_ml.contracts import FileReport
from mini_ml.keys import name_of_file
from mini_ml.report.blocks import Beside, Block, Facts, Paragraph, Section, TextTable, mark_code
from mini_ml.report.cutting import cut
from mini_ml.report.sections.columns import build_column_table
from mini_ml.report.sections.context import ReportContext, describe_notes
from mini_ml.report.sections.target import build_target
from mini_ml.report.sections.warnings import build_warnings

_REASONS: Final = {
    "constant": "left_constant",
    "dropped": "left_dropped",
    "group_column": "left_group",
    "row": "left_row",
    "identifier": "left_identifier",
    "empty": "left_empty",
}
"""Texts by the first word of the reason."""
_DELIMITERS: Final = {"\t": "read_tab", "  ": "read_blanks", " ": "read_blank"}


def build_data(context: ReportContext) -> Section:
    """Return the section."""
    words = context.words
    blocks: list[Block] = [
        Facts(pairs=list(_describe_file(context))),
        Beside(columns=[list(build_target(context)), list(build_warnings(context))]),
        *describe_notes(context, "columns"),
        build_column_table(context),
        *_describe_rest(context),
        *_describe_left_out(context),
    ]
    return Section(name="data", title=words("data"), blocks=blocks)


def _describe_file(context: ReportContext) -> Iterator[tuple[str, str]]:
    words, manifest, locale = context.words, context.manifest, context.locale
    dataset, schema = manifest.dataset, manifest.model_schema
    yield words("file"), cut(name_of_file(dataset.key))
    yield words("uploaded"), f"{locale.moment(dataset.uploaded_at)} UTC"
    yield words("size"), locale.size(dataset.bytes)
    yield words("rows"), locale.count(dataset.rows)
    yield words("training_rows"), locale.count(dataset.training_rows)
    yield words("holdout_rows"), locale.count(dataset.holdout_rows)
    if dataset.rows_without_target:
        yield words("without_target"), locale.count(dataset.rows_without_target)
    counts = {"used": len(schema.columns), "left_out": len(schema.left_out)}
    yield words("columns"), words("columns_text", **counts)
    kinds = [column.kind for column in schema.columns]
    found = {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}
    yield words("kinds"), ", ".join(f"{words(f'kind_{kind}')} ({locale.count(count)})" for kind, count in found.items())
    if manifest.file is not None:
        yield words("reading"), ", ".join(_describe_reading(context, manifest.file)) or words("read_usual")


def _describe_reading(context: ReportContext, file: FileReport) -> Iterator[str]:
    words = context.words
    if file.packed:
        yield words("read_packed")
    if file.delimiter != ",":
        known = _DELIMITERS.get(file.delimiter)
        yield words("read_delimiter", what=words(known) if known else f"“{file.delimiter}”")
    if file.header_line is None:
        yield words("read_no_header")
    elif file.header_line != 1:
        yield words("read_header_line", line=file.header_line)
    counts = {
        "read_skipped": file.skipped_lines,
        "read_padded": file.padded_rows,
        "read_trimmed": file.trimmed_rows,
        "read_mended": file.mended_rows,
        "read_bad": file.bad_rows,
    }
    for key, count in counts.items():
        if count:
            yield words.count(key, count)


def _describe_rest(context: ReportContext) -> Iterator[Block]:
    further = len(context.manifest.model_schema.columns) - context.most_columns
    if further > 0:
        yield Paragraph(text=mark_code(context.words.count("columns_cut", further)))


def _describe_left_out(context: ReportContext) -> Iterator[Block]:
    words = context.words
    left_out = context.manifest.model_schema.left_out
    if left_out:
        rows = [(cut(column.name), _translate(context, column.reason)) for column in left_out]
        yield TextTable(title=words("left_out"), heads=(words("column"), words("reason")), rows=rows)


def _translate(context: ReportContext, reason: str) -> str:
    """Return a reason in the language of the page; one that is not known, as it is."""
    first = reason.replace(":", " ").split(" ", 1)[0]
    return context.words(_REASONS[first]) if first in _REASONS else cut(reason, 200)
