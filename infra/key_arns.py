"""Keys that the context names. The module does not import CDK, which needs Node."""

import re
from typing import Final

from infra.context import InvalidContext

_KEY_ARN: Final = re.compile(r"arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+")


def split_key_arns(text: str | None) -> tuple[str, ...]:
    """Return the ARNs in a context value, separated by spaces. Raises InvalidContext."""
    arns = tuple((text or "").split())
    wrong = [arn for arn in arns if not _KEY_ARN.fullmatch(arn)]
    if wrong:
        raise InvalidContext(
            "The context value accepted_seal_key_arns needs ARNs of KMS keys, separated by spaces; "
            f"{wrong[0]} is not one."
        )
    return arns
