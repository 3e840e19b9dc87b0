"""The leaderboard, what was published, and the notes of the training."""

from mini_ml.contracts import Candidate
from mini_ml.report.blocks import Block, Items, Paragraph, Section, TextTable, mark_code
from mini_ml.report.cutting import cut, join
from mini_ml.report.sections.context import ReportContext
from mini_ml.report.sections.metrics import name_metric

_PLAIN_ENCODING = "one_hot"


def build_candidates(context: ReportContext) -> Section:
    """Return the section."""
    words, manifest = context.words, context.manifest
    blocks: list[Block] = []
    if manifest.candidates:
        blocks += [Paragraph(text=mark_code(words("leaderboard_text"))), _build_leaderboard(context)]
    blocks.append(_build_published(context))
    if manifest.notes:
        notes = [cut(note, 400) for note in manifest.notes]
        blocks.append(Items(title=words("notes"), texts=notes, english=words.language != "en"))
    title = words("leaderboard" if manifest.candidates else "published")
    return Section(name="candidates", title=title, blocks=blocks)


def _build_leaderboard(context: ReportContext) -> TextTable:
    words, locale, candidates = context.words, context.locale, context.manifest.candidates
    rows = [
        (
            candidate.model_type,
            locale.score(candidate.score),
            "" if candidate.weight is None else locale.share(candidate.weight),
            "" if candidate.fit_seconds is None else words("seconds", seconds=locale.score(candidate.fit_seconds)),
            "" if candidate.size_bytes is None else locale.size(candidate.size_bytes),
            _describe_settings(context, candidate),
        )
        for candidate in candidates
    ]
    score = name_metric(context, candidates[0].metric)
    heads = (words("candidate"), score, words("weight"), words("fit_time"), words("size"), words("settings"))
    return TextTable(
        title=words("leaderboard"),
        heads=heads,
        rows=rows,
        numbers=frozenset({1, 2, 3, 4}),
        wide=frozenset({5}),
        stacked=True,
    )


def _describe_settings(context: ReportContext, candidate: Candidate) -> str:
    parts = [f"{cut(name)} = {cut(value)}" for name, value in candidate.model_params.items()]
    if candidate.encoding != _PLAIN_ENCODING:
        parts.append(f"encoding = {candidate.encoding}")
    if candidate.note:
        parts.append(cut(candidate.note, 160))
    return join(parts)


def _build_published(context: ReportContext) -> TextTable | Paragraph:
    words, manifest, locale = context.words, context.manifest, context.locale
    members = manifest.members
    if not members:
        params = [(cut(name), cut(value)) for name, value in manifest.model_params.items()]
        title = words("one_estimator", model_type=manifest.model_type)
        return _table_or_text(title, (words("model_params"), words("value")), params)
    rows = [
        (
            member.model_type,
            locale.share(member.weight),
            join(f"{cut(n)} = {cut(v, 30)}" for n, v in member.model_params.items()),
        )
        for member in members
    ]
    heads = (words("model_type"), words("weight"), words("model_params"))
    return TextTable(
        title=words("ensemble_of"), heads=heads, rows=rows, numbers=frozenset({1}), wide=frozenset({2}), stacked=True
    )


def _table_or_text(title: str, heads: tuple[str, ...], rows: list[tuple[str, str]]) -> TextTable | Paragraph:
    return TextTable(title=title, heads=heads, rows=rows, folded=len(rows) > 6) if rows else Paragraph(text=title)
