"""Reject unknown and repeated query parameters."""

from collections import Counter

from fastapi import Request
from fastapi.routing import APIRoute

from mini_ml.errors import InvalidRequest, Issue
from mini_ml.suggest import did_you_mean


async def reject_unknown_query(request: Request) -> None:
    """Reject query parameters that the route does not have, so that a misspelled filter is not ignored.

    A FastAPI dependency.

    Raises:
        InvalidRequest: a parameter is unknown or repeated.
    """
    if not request.url.query:
        return
    known = _parameter_names(request.scope["route"])
    counts = Counter(name for name, _ in request.query_params.multi_items())
    issues = [_build_issue(name[:80], count, known) for name, count in counts.items() if count > 1 or name not in known]
    if issues:
        names = ", ".join(f"`{issue.parameter}`" for issue in issues[:5])
        raise InvalidRequest(f"Unknown or repeated query parameters: {names}.", issues=issues)


def _build_issue(name: str, count: int, known: tuple[str, ...]) -> Issue:
    if name in known:
        return Issue(parameter=name, reason=f"`{name}` occurs {count} times", hint="send it once")
    hint = did_you_mean(name, known, otherwise=f"the parameters of this route are: {', '.join(known) or 'none'}")
    return Issue(parameter=name, reason=f"unknown query parameter `{name}`", hint=hint)


def _parameter_names(route: APIRoute) -> tuple[str, ...]:
    return tuple(field.alias for field in route.dependant.query_params)
