"""Links are relative to the path of the request, so they work behind any prefix."""

from urllib.parse import urljoin

import pytest

from mini_ml.adapters.http.answering.links import relative

PATHS = ["/", "/jobs", "/jobs/x", "/jobs/x/result", "/models/m", "/models/m/versions/1", "/models/m/versions/1/schema"]
PREFIXES = ["http://host:8000", "https://id.execute-api.test/prod", "http://host/_aws/execute-api/mini-ml/local"]


@pytest.mark.parametrize("there", [*PATHS, "/jobs?limit=2&cursor=x", "/models/m/invocations"])
@pytest.mark.parametrize("here", PATHS)
@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_link_works_behind_any_prefix(prefix: str, here: str, there: str) -> None:
    assert urljoin(prefix + here, relative(here, there)) == prefix + there


@pytest.mark.parametrize("here", PATHS)
@pytest.mark.parametrize("there", PATHS)
def test_a_link_contains_neither_host_nor_root(here: str, there: str) -> None:
    assert not relative(here, there).startswith("/")
