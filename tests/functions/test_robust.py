"""No request causes a server error or reveals anything about the machine."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mini_ml import topology
from tests.functions.services import IRIS_ROW, Services, services_in, train

LEAKS = re.compile(r"Traceback|site-packages|/usr/|/tmp/|File \"|0x[0-9a-f]{6,}|127\.0\.0\.1|localhost")
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]
TYPES = [
    "",
    "application/json",
    "text/csv",
    "multipart/form-data; boundary=b",
    "application/json; charset=utf-16",
    "a/b",
]

names = st.one_of(
    st.sampled_from(["default", "latest", "1", "champion", "..", ".", "-1", "0", "1e3", "", "latest%00"]),
    st.text(max_size=20),
)
values = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8))
trees = st.recursive(values, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner))
payloads = st.fixed_dictionaries(
    {},
    optional={
        **{form: trees for form in ("dataframe_split", "dataframe_records", "instances", "inputs")},
        **{name: trees for name in ("kind", "filename", "model_name", "version", "options")},
    },
)
columns = st.sampled_from([*IRIS_ROW, "variety", "x"])
rows = st.lists(st.dictionaries(columns, values, max_size=5), max_size=4).map(lambda rows: {"instances": rows})
bodies = st.one_of(
    st.binary(max_size=80),
    st.one_of(payloads, rows, trees).map(lambda tree: json.dumps(tree).encode("utf-8", "surrogatepass")),
)


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Services with a model."""
    with services_in(tmp_path_factory.mktemp("busy")) as services:
        train(services.trainer)
        yield services


@st.composite
def addresses(draw: st.DrawFn) -> str:
    """Draw a path of the topology with anything in its places, and a query."""
    path = draw(st.sampled_from([route.path for route in topology.ROUTES]))
    path = re.sub(r"\{[a-z_]+\}", lambda match: quote(draw(names), safe=""), path)
    query = draw(st.lists(st.tuples(st.sampled_from(["limit", "cursor", "state", "redirect", "x"]), names), max_size=2))
    return f"{path}?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in query)


def text_of(answer: Any) -> str:
    """Return the headers and the body of a response as text."""
    return f"{answer.text} {dict(answer.headers)}"


@settings(max_examples=300, deadline=None)
@given(
    service=st.sampled_from(["api", "trainer", "predict"]),
    method=st.sampled_from(METHODS),
    address=addresses(),
    body=bodies,
    media_type=st.sampled_from(TYPES),
)
def test_no_request_causes_a_server_error(
    busy: Services, service: str, method: str, address: str, body: bytes, media_type: str
) -> None:
    headers = {"Content-Type": media_type, "Prefer": "respond-async"}

    answer = busy.client(service).request(method, address, content=body, headers=headers)

    assert answer.status_code < 500, text_of(answer)
    assert answer.status_code < 400 or method == "HEAD" or answer.json()["status"] == answer.status_code
    assert not LEAKS.search(text_of(answer)), text_of(answer)


@settings(max_examples=200, deadline=None)
@given(body=st.one_of(rows, payloads).map(lambda tree: json.dumps(tree).encode("utf-8", "surrogatepass")))
def test_no_rows_cause_a_server_error(busy: Services, body: bytes) -> None:
    answer = busy.predict.post(
        "/models/default/invocations", content=body, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code in (200, 400, 422), text_of(answer)
    assert answer.status_code != 200 or not re.search("NaN|Infinity", answer.text)


@settings(max_examples=200, deadline=None)
@given(body=st.one_of(st.binary(max_size=200), st.text(alphabet='abc,;"\n\r\t1.-', max_size=120).map(str.encode)))
def test_no_csv_causes_a_server_error(busy: Services, body: bytes) -> None:
    header = (",".join(IRIS_ROW) + "\n").encode()

    for content in (body, header + body):
        answer = busy.predict.post("/models/default/invocations", content=content, headers={"Content-Type": "text/csv"})
        assert answer.status_code in (200, 422), text_of(answer)
