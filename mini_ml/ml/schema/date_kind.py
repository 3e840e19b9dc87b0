"""Judge whether a column is one of dates, from each of its cells."""

from itertools import islice
from typing import Final

from mini_ml.ml.schema.date_choice import DateVotes, choose_dates
from mini_ml.ml.schema.evidence import Evidence
from mini_ml.ml.schema.examples import describe_date, shows_order
from mini_ml.ml.schema.findings import MOST_WORDS, Finding
from mini_ml.ml.schema.verdict import ALMOST_ALL, CONSTANT, MOST, FileMarks, Verdict, find_missing_words, find_words

_COMPARED: Final = 200
"""Different dates of which the best is shown as an example."""


def judge_dates(evidence: Evidence, votes: DateVotes, marks: FileMarks) -> Verdict:
    """Judge whether the cells of a column are dates in one order; the kind is None if they are not."""
    if not votes.dates:
        return Verdict(None)
    cells = evidence.present()
    present = sum(cells.values())
    form, findings = choose_dates(votes, marks.order)
    readable: dict[str, int] = {}
    rest: dict[str, int] = {}
    values = set()
    texts = list(cells)
    for text, value in zip(texts, form.values(texts).tolist(), strict=True):
        is_date = value == value
        (readable if is_date else rest)[text] = cells[text]
        if is_date:
            values.add(value)
    count = sum(readable.values())
    words_for_missing = find_missing_words(rest, count, len(values), present)
    if count < ALMOST_ALL * present and not words_for_missing:
        are_mixed = count >= MOST * present or votes.dates >= MOST * votes.looked_at
        mixed = Finding("mixed_dates", sum(rest.values()), tuple(islice(rest, MOST_WORDS)), {"dates": count})
        return Verdict(None, findings=(mixed,) if are_mixed else ())
    if len(values) == 1 and count == evidence.table.rows:
        return Verdict(None, reason=CONSTANT)
    return Verdict(
        "datetime",
        dates=form,
        missing_words=words_for_missing,
        format=describe_date(max(islice(readable, _COMPARED), key=shows_order), form),
        findings=(*findings, *find_words(rest, words_for_missing, "dates")),
    )
