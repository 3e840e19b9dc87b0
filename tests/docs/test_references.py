"""Everything that the documentation names exists: files, make targets, commands, keys, and the lines of the seed."""

import re
import shlex
from datetime import UTC, datetime

import pytest

from mini_ml import keys
from mini_ml.cli import arguments, commands
from tests.docs.pages import PASTED, ROOT, Page, every_page, page

FOLDERS = ("mini_ml/", "functions/", "tests/", "docs/", "samples/", "requirements/", "bench/", "infra/", ".ci/")
SOURCES = {path.name for folder in ("mini_ml", "functions", "infra", "tests") for path in (ROOT / folder).rglob("*.py")}
TARGETS = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
SEED_TRAIN = (
    "curl -X POST http://localhost:8000/train -H 'accept: application/json' -H 'Content-Type: multipart/form-data' "
    "-F 'dataset_file=@samples/iris.csv;type=text/csv' -F 'model_type=RandomForestClassifier' -F 'model_params={}' "
    "-F 'target_column=variety' -F 'columns_to_drop='"
)
SEED_PREDICT = (
    "curl -X POST http://localhost:8000/predict -H 'accept: application/json' -H 'Content-Type: multipart/form-data' "
    "-F 'input_file=@samples/iris_predict.csv;type=text/csv' -F 'columns_to_drop=[\"variety\"]'"
)
JOB = "01a208cc-7752-725d-9978-61bbae29cc81"
SPELLED = {
    "uploads": [
        keys.upload("train", "iris", "a/b.csv"),
        keys.upload("predict", "iris", "a.csv", version="champion"),
        keys.upload("predict", "iris", "a.csv"),
    ],
    "artifacts": [
        keys.open_job(JOB),
        keys.job_by_time(JOB, datetime(2026, 1, 1, tzinfo=UTC)),
        keys.job(JOB),
        keys.artifact("iris", JOB, 1, "model.joblib"),
        keys.manifest("iris", 7),
        keys.alias("iris", "champion"),
        keys.prediction("iris", 7, JOB, "summary.json"),
        keys.batch_drift("iris", 7, JOB, datetime(2026, 1, 1, tzinfo=UTC)),
        keys.artifact("iris", JOB, 1, keys.REJECTS),
        keys.artifact("iris", JOB, 1, keys.HOLDOUT_PREDICTIONS),
        keys.artifact("iris", JOB, 1, keys.PROFILE),
        keys.artifact("iris", JOB, 1, keys.REPORT),
        keys.SWEEP_STATE,
        keys.unreadable_message(JOB),
    ],
}
"""Every kind of key that the platform writes or reads, by bucket."""

pages = pytest.mark.parametrize("page", every_page(), ids=str)


@pages
def test_every_link_leads_to_a_file(page: Page) -> None:
    assert [link for link in page.links() if not (page.path.parent / link).exists()] == []


@pages
def test_every_named_file_exists(page: Page) -> None:
    named = [code.partition("::")[0] for code in page.codes() if code.startswith(FOLDERS) and " " not in code]
    bare = [code for code in page.codes() if re.fullmatch(r"\w+\.py", code)]

    assert [name for name in named if "{" not in name and not (ROOT / name).exists()] == []
    assert [name for name in bare if name not in SOURCES and not (page.path.parent / name).exists()] == []


@pages
def test_every_make_target_exists(page: Page) -> None:
    commands = [*page.codes(), *page.shell_lines()]

    assert {match[1] for line in commands if (match := re.match(r"make ([a-z0-9-]+)", line))} <= TARGETS


@pages
def test_every_command_line_parses(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    lines = [line.partition("mini-ml ")[2] for line in page.shell_lines() if re.match(r"\S*mini-ml [a-z]", line)]

    parsed = [arguments.parse(shlex.split(line, comments=True)) for line in lines]

    assert len(parsed) == len(lines)  # a line that makes no sense ends the test


@pages
def test_every_named_command_exists(page: Page) -> None:
    named = {match[1] for code in page.codes() if (match := re.match(r"(?:\.venv/bin/)?mini-ml ([a-z]+)", code))}

    assert named <= {*commands.LOCAL, *commands.REMOTE}


@pytest.mark.parametrize("name", PASTED)
def test_every_named_sample_exists(name: str) -> None:
    named = set(re.findall(r"samples/[\w.-]+\.csv", page(name).text))

    assert named
    assert [sample for sample in named if not (ROOT / sample).is_file()] == []


def test_the_readme_contains_the_lines_of_the_seed() -> None:
    lines = list(page("README.md").shell_lines())

    assert [line for line in lines if line in (SEED_TRAIN, SEED_PREDICT)] == [SEED_TRAIN, SEED_PREDICT]


def test_the_portuguese_readme_has_the_same_lines_as_the_seed_wrote_them() -> None:
    blocks = [shlex.split(block.replace("\\\n", "")) for block in page("README.pt-BR.md").blocks("sh")]

    assert shlex.split(SEED_TRAIN) in blocks
    assert shlex.split(SEED_PREDICT) in blocks


def pattern_of(cell: str) -> re.Pattern[str]:
    """Return what a key pattern of the tables matches."""
    text = re.escape(cell.strip("`")).replace("…", ".+")
    text = text.replace(r"\[@\{version\ or\ alias\}\]", r"(@[^/]+)?")
    text = re.sub(r"\\\{(?:000007)\\\}", r"\\d{6}", text)
    text = re.sub(r"\\\{file\\\}", ".+", text)
    return re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", text))


def patterns_of(bucket: str) -> list[re.Pattern[str]]:
    """Return the key patterns that ARCHITECTURE.md gives for a bucket, from its table."""
    section = page("ARCHITECTURE.md").section("Where data is stored in S3")
    [table] = [table for table in section.split("\n\n") if table.startswith(f"| key in `{bucket}`")]
    return [pattern_of(row.split("|")[1].strip()) for row in table.splitlines()[2:]]


@pytest.mark.parametrize("bucket", SPELLED)
def test_every_documented_key_is_described_and_no_other(bucket: str) -> None:
    patterns = patterns_of(bucket)

    matched = {key: [pattern for pattern in patterns if pattern.fullmatch(key)] for key in SPELLED[bucket]}

    assert [key for key, found in matched.items() if len(found) != 1] == []
    assert {pattern for found in matched.values() for pattern in found} == set(patterns)


def test_every_decision_is_listed() -> None:
    records = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("0*.md"))

    assert page("docs/decisions/README.md").links() == records
