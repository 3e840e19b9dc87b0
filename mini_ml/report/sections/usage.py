"""How to train the same model again, and how to call it: with curl, aws, the command line and Python."""

import json
import shlex
from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from mini_ml.contracts import Column, TrainOptions
from mini_ml.figures.locales import moment_of
from mini_ml.keys import name_of_file
from mini_ml.report.blocks import Block, Code, Facts, Paragraph, Section, mark_code
from mini_ml.report.cutting import cut
from mini_ml.report.sections.context import ReportContext


def build_reproduction(context: ReportContext) -> Section:
    """Return the section about training the same model again."""
    words, manifest, dataset = context.words, context.manifest, context.manifest.dataset
    libraries = ", ".join(f"{name} {version}" for name, version in manifest.libraries.items())
    artifact = words("artifact_size", size=context.locale.size(manifest.artifact.size), sha256=manifest.artifact.sha256)
    pairs = [
        (words("source"), f"s3://{dataset.bucket}/{cut(dataset.key, 300)}"),
        (words("source_version"), dataset.version_id),
        (words("sha256"), dataset.sha256),
        (words("seed"), str(manifest.seed)),
        (words("libraries"), libraries),
        (words("job"), manifest.job_id),
        (words("artifact"), artifact),
    ]
    blocks: list[Block] = [Paragraph(text=words("reproduce_text")), Facts(pairs=pairs)]
    if context.profile is not None:
        blocks.append(Code(title=words("train_again"), text=_write_train_command(context, context.profile.options)))
    return Section(name="reproduce", title=words("reproduce"), blocks=blocks)


def _write_train_command(context: ReportContext, options: TrainOptions) -> str:
    manifest = context.manifest
    file = name_of_file(manifest.dataset.key)
    params: dict[str, JsonValue] = {"random_state": manifest.seed, **options.model_params}
    parts = ["mini-ml", "train", file, "--model", manifest.model_name, "--target", manifest.target]
    parts += ["--type", options.model_type, "--params", json.dumps(params, ensure_ascii=False)]
    parts += _write_further_options(options)
    return shlex.join(parts)


def _write_further_options(options: TrainOptions) -> Iterator[str]:
    if options.columns_to_drop:
        yield from ("--drop", ",".join(options.columns_to_drop))
    if options.bad_rows != "skip":
        yield from ("--bad-rows", options.bad_rows)
    if options.effort != "balanced":
        yield from ("--effort", options.effort)
    if options.refit:
        yield "--refit"
    if options.time_column is not None:
        yield from ("--time-column", options.time_column)
    if options.group_column is not None:
        yield from ("--group-column", options.group_column)


def build_calls(context: ReportContext) -> Section:
    """Return the section about calling the model."""
    words, manifest = context.words, context.manifest
    name, version = manifest.model_name, manifest.version
    row = {column.name: _make_value(column, values=context.values) for column in manifest.model_schema.columns[:40]}
    body = json.dumps({"dataframe_records": [row]}, ensure_ascii=False)
    curl = (
        f'curl -X POST "$MINI_ML_URL/models/{name}/versions/{version}/invocations" \\\n'
        "  -H 'Content-Type: application/json' -H \"Authorization: Bearer $MINI_ML_API_KEY\" \\\n"
        f"  -d {shlex.quote(body)}"
    )
    target = f"s3://{manifest.dataset.bucket}/predict/{name}@{version}/rows.csv"
    codes = [
        Code(title=words("call_curl"), text=curl),
        Code(title=words("call_aws"), text=f"aws s3 cp rows.csv {target}"),
        Code(
            title=words("call_cli"),
            text=f"mini-ml predict rows.csv --model {name} --version {version} --output predictions.csv",
        ),
        Code(title=words("call_python"), text=_write_python(name, version, row)),
    ]
    return Section(name="call", title=words("call"), blocks=[Paragraph(text=mark_code(words("call_text"))), *codes])


def _write_python(name: str, version: int, row: Mapping[str, JsonValue]) -> str:
    return (
        "import os\n\nfrom mini_ml.client import Client\n\n"
        'with Client(os.environ["MINI_ML_URL"], credential=os.environ.get("MINI_ML_API_KEY")) as client:\n'
        f'    answer = client.invoke("{name}", [{dict(row)!r}], version="{version}")\n'
        "    print(answer.predictions)"
    )


def _make_value(column: Column, *, values: bool) -> JsonValue:
    """Return a cell as the model reads it; if values are not shown, numbers in the middle of the range alone."""
    if column.kind in ("numeric", "datetime"):
        low, high = column.minimum or 0.0, column.maximum or 0.0
        middle = low / 2 + high / 2
        moment = moment_of(middle) if column.kind == "datetime" else None
        if moment is not None:
            return moment.date().isoformat()
        return float(f"{middle:.3g}")
    if column.kind == "boolean":
        return True
    if column.categories and values:
        return cut(column.categories[0], 40)
    return "…"
