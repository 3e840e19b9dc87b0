"""Choose between HTML and JSON by the `Accept` header of a request."""

import re
from typing import Final

_RANGE: Final = re.compile(r"\s*([^\s;,]+/[^\s;,]+)\s*(?:;[^,]*?\bq\s*=\s*([01](?:\.[0-9]{0,3})?))?[^,]*")
_MOST_RANGES: Final = 30


def prefers_html(accept: str | None) -> bool:
    """Return whether a header names `text/html`, and does not prefer `application/json`, as browsers do.

    `*/*`, which most programs send, is not enough. Parts that cannot be parsed are ignored (RFC 9110).
    """
    found = map(_RANGE.fullmatch, (accept or "").split(",")[:_MOST_RANGES])
    qualities = {one[1].lower(): float(one[2] or 1) for one in found if one}
    html = qualities.get("text/html", 0.0)
    return html > 0 and html >= qualities.get("application/json", 0.0)
