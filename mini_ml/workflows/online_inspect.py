"""Online inspection: says what a training would read in the file of a request."""

import io

from mini_ml.contracts import InspectOptions
from mini_ml.errors import Issue, LimitExceeded
from mini_ml.topology import Limits, encoded_bytes, is_larger_encoded


def inspect_body(body: bytes, options: InspectOptions, limits: Limits) -> bytes:
    """Inspect a file and return the response as JSON.

    Raises:
        InvalidDataset: the file cannot be read.
        LimitExceeded: the file exceeds a limit, or the description of its columns is too large for a response.
    """
    from mini_ml.ml.training.inspect import inspect_file  # slow import, not needed to score

    answer = inspect_file(io.BytesIO(body), options, limits).model_dump_json()
    if is_larger_encoded(answer, limits.answer_bytes):
        reason = f"the names and samples of the columns take {encoded_bytes(answer):,} bytes as AWS Lambda encodes them"
        raise LimitExceeded(
            f"The answer is larger than the limit of {limits.answer_bytes:,} bytes.",
            issues=[Issue(limit="answer_bytes", reason=reason, hint="shorten the column names")],
        )
    return answer.encode()
