"""Relative references: links that hold on a port, behind a stage path and behind a proxy, without knowing any of it."""

from collections.abc import Callable

from starlette.requests import Request

Link = Callable[[str], str]
"""Turns a path of the API, `/jobs/x`, into a reference that is right from where the client stands."""


def links_from(request: Request) -> Link:
    """Return the function that makes links for the answer to `request`."""
    here = _asked_path(request)
    return lambda path: relative(here, path)


def relative(here: str, there: str) -> str:
    """Return the reference by which a client at the path `here` reaches the path `there`; both begin with `/`.

    Only the tail of the client's own address is used, so whatever lies in front of it does not matter.
    """
    folders, goal = here.split("/")[1:-1], there.split("/")[1:]
    shared = 0
    while shared < min(len(folders), len(goal) - 1) and folders[shared] == goal[shared]:
        shared += 1
    return "/".join([".."] * (len(folders) - shared) + goal[shared:]) or "."


def _asked_path(request: Request) -> str:
    """Return the path as the client spelled it, in which an encoded slash separates nothing."""
    raw = request.scope.get("raw_path")
    path = raw.decode("latin-1") if raw else request.scope["path"]
    return str(path).removeprefix(request.scope.get("root_path", "")) or "/"
