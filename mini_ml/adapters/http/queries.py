"""Query parameters: only those that a route knows, each at most once."""

import difflib
from collections import Counter

from fastapi import Request
from fastapi.routing import APIRoute

from mini_ml.errors import InvalidRequest, Issue


async def refuse_unknown_query(request: Request) -> None:
    """Refuse what the route does not know, so that a misspelled filter never answers everything. A dependency."""
    if not request.url.query:
        return
    known = _names(request.scope["route"])
    counts = Counter(name for name, _ in request.query_params.multi_items())
    issues = [_fault(name[:80], count, known) for name, count in counts.items() if count > 1 or name not in known]
    if issues:
        names = ", ".join(f"`{fault.parameter}`" for fault in issues[:5])
        raise InvalidRequest(f"The query cannot be read: {names}.", issues=issues)


def _fault(name: str, count: int, known: tuple[str, ...]) -> Issue:
    if name in known:
        return Issue(parameter=name, reason=f"`{name}` is given {count} times", hint="give it once")
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"this route knows {', '.join(known) or 'none'}"
    return Issue(parameter=name, reason=f"there is no query parameter `{name}`", hint=hint)


def _names(route: APIRoute) -> tuple[str, ...]:
    return tuple(field.alias for field in route.dependant.query_params)
