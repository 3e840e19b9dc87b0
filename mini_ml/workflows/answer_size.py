"""The error of an answer that is too large for AWS Lambda."""

from mini_ml.errors import AnswerTooLarge, Issue


def build_size_error(size: int, most: int, *, hint: str, subject: str = "The answer") -> AnswerTooLarge:
    """Return the error of an answer of `size` bytes, as Lambda encodes them, if at most `most` can be returned."""
    return AnswerTooLarge(
        f"{subject} takes {size:,} bytes; at most {most:,} can be returned.",
        issues=[Issue(limit="encoded_answer_bytes", reason=f"{size:,} bytes as AWS Lambda encodes them", hint=hint)],
    )
