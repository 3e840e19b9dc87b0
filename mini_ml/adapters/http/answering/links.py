"""Relative links, which work on any host, behind a stage path and behind a proxy."""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from starlette.requests import Request

Link = Callable[[str], str]
"""Converts a path of the API, such as `/jobs/x`, to a link relative to the request."""


def links_from(request: Request) -> Link:
    """Return a function that creates links for the response to `request`."""
    here = _request_path(request)
    return lambda path: relative(here, path)


def page_links(
    link: Link,
    path: str,
    query: Mapping[str, str | int | None],
    *,
    cursor: str | int | None,
    following: str | int | None,
) -> dict[str, str]:
    """Return the links of a page of a listing: `self`, and `next` if there is a next page.

    Args:
        link: creates links.
        path: path of the listing, without its query.
        query: parameters of the listing, without the cursor; those that are None are left out.
        cursor: start of the page; None for the first one.
        following: start of the next page; None if there is none.
    """

    def page_at(start: str | int | None) -> str:
        given = {name: value for name, value in {**query, "cursor": start}.items() if value is not None}
        return link(f"{path}?{urlencode(given)}")

    links = {"self": page_at(cursor)}
    return links if following is None else {**links, "next": page_at(following)}


def relative(here: str, there: str) -> str:
    """Return the relative reference from the path `here` to the path `there`; both begin with `/`."""
    folders, goal = here.split("/")[1:-1], there.split("/")[1:]
    shared = 0
    while shared < min(len(folders), len(goal) - 1) and folders[shared] == goal[shared]:
        shared += 1
    return "/".join([".."] * (len(folders) - shared) + goal[shared:]) or "."


def _request_path(request: Request) -> str:
    """Return the undecoded path of a request, in which an encoded slash is not a separator."""
    raw = request.scope.get("raw_path")
    path = raw.decode("latin-1") if raw else request.scope["path"]
    return str(path).removeprefix(request.scope.get("root_path", "")) or "/"
