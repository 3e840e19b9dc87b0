"""A comparison and the moves of an alias are printed as tables."""

from datetime import UTC, datetime

from mini_ml.cli.comparison_lines import format_alias, format_comparison, format_differences
from mini_ml.contracts import AliasMove, AliasView, ComparisonNote, Interval, MetricDifference
from tests.unit.registry.published import compare_labels

PLAIN = compare_labels()
MOVED = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
DIFFERENCE = MetricDifference(
    metric="accuracy",
    values=(0.9, 0.95),
    difference=0.05,
    interval=Interval(low=0.01, high=0.09),
    greater_is_better=True,
)


def build_alias(version: int | None, *moves: AliasMove, **links: str) -> AliasView:
    return AliasView(
        model_name="iris", alias="champion", version=version, updated_at=MOVED, moves=moves, links={"self": "", **links}
    )


def test_the_moves_of_an_alias_are_printed_with_who_made_them_and_why() -> None:
    removed = AliasMove(number=2, moved_at=MOVED, moved_by="bo", from_version=1, to_version=None, reason="too old")
    made = AliasMove(number=1, moved_at=MOVED, moved_by="ana", from_version=None, to_version=1)

    assert list(format_alias(build_alias(None, removed, made))) == [
        "Alias champion of iris was removed.",
        "",
        "  moved              from  to  by   reason",
        "  2026-11-23 14:05Z     1   -  bo   too old",
        "  2026-11-23 14:05Z     -   1  ana",
    ]


def test_an_alias_without_moves_is_a_line() -> None:
    assert list(format_alias(build_alias(3))) == ["Alias champion of iris points to version 3."]


def test_an_alias_says_that_there_are_older_moves() -> None:
    assert list(format_alias(build_alias(3, next="?cursor=5")))[-1].startswith("There are older moves")


def test_a_difference_is_printed_with_its_interval_and_what_it_says() -> None:
    found = PLAIN.model_copy(update={"differences": (DIFFERENCE,)})

    assert list(format_differences(found)) == [
        "  metric    version 1  version 2  difference     95 % interval  says",
        "  accuracy     0.9000     0.9500      0.0500  0.0100 to 0.0900  better",
    ]


def test_without_a_verdict_there_are_no_differences() -> None:
    assert list(format_differences(PLAIN.model_copy(update={"differences": ()}))) == []
    assert list(format_differences(None)) == []


def test_a_comparison_is_printed_with_its_notes_and_only_the_parameters_that_differ() -> None:
    first, second = PLAIN.versions
    sides = (
        first.model_copy(update={"model_params": {"C": 1, "tol": 0.1}}),
        second.model_copy(update={"model_params": {"C": 2, "tol": 0.1}}),
    )
    note = ComparisonNote(code="refitted", message="Version 2 was refitted.")

    lines = list(format_comparison(PLAIN.model_copy(update={"versions": sides, "notes": (note,)})))

    assert lines[:2] == [PLAIN.reason, "  note      Version 2 was refitted."]
    assert [line.split() for line in lines if line.split()[:1] == ["C"]] == [["C", "1", "2"]]
    assert [line for line in lines if line.split()[:1] == ["tol"]] == []


def test_columns_that_only_one_version_reads_are_printed_and_empty_metrics_are_not() -> None:
    first, second = PLAIN.versions
    sides = (
        first.model_copy(update={"columns": {"size": "numeric", "made": "datetime"}}),
        second.model_copy(update={"columns": {"size": "numeric", **{f"c{number}": "text" for number in range(7)}}}),
    )

    lines = [line.split() for line in format_comparison(PLAIN.model_copy(update={"versions": sides}))]

    assert ["not", "in", "the", "other", "made", "c0,", "c1,", "c2,", "c3,", "c4,", "…"] in lines
    assert [line for line in lines if line[:2] == ["brier", "score"]] == []
