"""docs/errors.md lists all errors of the code and of the gateway, each with advice."""

from mini_ml import errors
from mini_ml.adapters.http.answering import problems
from mini_ml.topology import GATEWAY_PROBLEMS
from tests.docs.pages import one_line, page

PAGE = page("docs/errors.md")
SPOKEN_FOR = {errors.MiniMLError: errors.Internal}
"""Errors that share a code with the one that a client meets."""


def expected_rows() -> list[list[str]]:
    """Return the first columns of the table, from the code."""
    return [
        [
            f"`{error.code}`",
            str(problems.status_for(error)),
            "yes" if error.retryable else "no",
            one_line((SPOKEN_FOR.get(error, error).__doc__ or "").split("\n\n")[0]),
        ]
        for error in problems.all_error_types()
        if "code" in vars(error)
    ]


def test_every_code_has_its_status_and_meaning() -> None:
    assert [row[:4] for row in PAGE.rows("Codes")] == expected_rows()


def test_every_code_has_advice() -> None:
    assert [row[0] for row in PAGE.rows("Codes") if len(row) != 5 or not row[4].endswith(".")] == []


def test_every_rejection_of_the_gateway_is_documented() -> None:
    expected = [[str(problem.status), f"`{problem.code}`", problem.detail] for problem in GATEWAY_PROBLEMS]

    assert PAGE.rows("Codes of the gateway") == expected
