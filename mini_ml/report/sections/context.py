"""What all sections of a report are built from, and how they write values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mini_ml.contracts import ColumnKind, Label, Profile, ProfilePart, UnsealedManifest
from mini_ml.figures.locales import Locale, moment_of
from mini_ml.report.blocks import Block, Paragraph
from mini_ml.report.cutting import cut
from mini_ml.report.words import Words


@dataclass(frozen=True, kw_only=True)
class ReportContext:
    """A model version and how it is shown."""

    manifest: UnsealedManifest
    profile: Profile | None
    """Its figures, without cell values if they are not shown; None for models of earlier releases."""
    words: Words
    values: bool
    """Whether cell values are shown."""
    most_columns: int
    """How many columns are listed."""

    @property
    def locale(self) -> Locale:
        """How numbers and dates are written."""
        return self.words.locale

    @property
    def target(self) -> str:
        """The name of the target, not too long."""
        return cut(self.manifest.target)

    @property
    def labels(self) -> Sequence[Label]:
        """The labels of the model; empty for regression."""
        return self.manifest.model_schema.labels or ()


def write_date_or_number(value: float, locale: Locale, *, is_date: bool) -> str:
    """Return a number, or a number of seconds since 1970 as a date."""
    moment = moment_of(value) if is_date else None
    return locale.number(value) if moment is None else locale.day(moment)


def describe_notes(context: ReportContext, part: ProfilePart) -> Iterator[Block]:
    """Yield a paragraph for each note on a part of the figures."""
    for note in context.profile.notes if context.profile else ():
        if note.part == part:
            yield Paragraph(text=context.words(f"note_{note.code}", rows=note.rows or 0, count=note.count or 0))


def write_category(context: ReportContext, category: str | None, kind: ColumnKind, length: int) -> str:
    """Return a category; truth values and a missing cell in the language of the page."""
    if category is None:
        return context.words("missing_cell")
    if kind == "boolean" and category in ("true", "false"):
        return context.words("yes" if category == "true" else "no")
    return cut(category, length)


def share_of(part: float, whole: float) -> float:
    """Return a share; 0 of nothing."""
    return part / whole if whole else 0.0
