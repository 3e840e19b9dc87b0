"""Hostile inputs that clients might send: tables, names, keys and events."""

import json
import string
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from mini_ml.topology import LOCAL_NAMES


def examples(count: int) -> settings:
    """Return how many inputs to try: so many, or with pytest's --fuzz as many as that says."""
    asked = settings.get_profile("long").max_examples
    return settings(max_examples=asked if settings.get_current_profile_name() == "long" else count, deadline=None)


ODD_TEXT = st.sampled_from(
    ["", " ", "..", "../../etc/passwd", "%2e%2e%2f", "\x00", "\r\n", "a\tb", "'; drop", "=1+1", "ç/ü", "\u202e", "nan",
     "-inf", "1e999", "9" * 400, "null", "${filename}", "𝒳" * 40, "a" * 2000]
)  # fmt: skip
texts = st.one_of(ODD_TEXT, st.text(max_size=30))
ascii_texts = st.text(st.sampled_from(string.printable), max_size=40)

cells = st.one_of(
    st.sampled_from(
        ["", "1", "-2.5", "7,5", "1e300", "NaN", "inf", "yes", "no", "007", "2024-02-30", "31/12/99 25:61", "=A1"]
    ),
    st.integers(-(10**20), 10**20).map(str),
    st.floats().map(str),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
)
NAMES = ("a", "ä b", "c", "1", "target")
headers = st.lists(st.sampled_from(["a", "b", "", "a", "ä b", "x" * 300]), min_size=1, max_size=5)
kinds = st.sampled_from(
    [
        st.integers(-99, 99).map(str),
        st.floats(-1e300, 1e300).map(str),
        st.sampled_from(["yes", "no", ""]),
        st.sampled_from(["red", "green", "blue", "", "n/a"]),
        st.dates().map(str),
        st.datetimes().map(lambda moment: moment.strftime("%d/%m/%Y %H:%M")),
        st.integers(0, 10**9).map("{:09d}".format),
        st.floats().map(lambda number: str(number).replace(".", ",")),
        st.floats(-1e7, 1e7).map("R$ {:,.2f}".format),
        st.floats(-1e7, 1e7).map("{:,.3f}".format),
        st.integers(-9999, 9999).map("{:,}".format),
        st.integers(0, 9999).map(lambda number: f"{number // 60}:{number % 60:02}"),
        st.tuples(
            st.sampled_from(["", "<", "(", "−", "$", "US$ "]),
            st.integers(),
            st.sampled_from(["", "+", ")", "%", " kg"]),
        ).map(lambda parts: f"{parts[0]}{parts[1]}{parts[2]}"),
        st.dates().map(lambda day: f"{day.day} de {('jan', 'fev', 'março', 'May')[day.month % 4]} de {day.year}"),
        cells,
    ]
)
"""What the cells of one column are."""
hardly_ever = st.integers(0, 11).map(lambda number: number == 0)


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """Draw a CSV that is nearly right: columns of every kind, and now and then one thing that is wrong."""
    width, height = draw(st.integers(2, 5)), draw(st.integers(3, 25))
    names = draw(headers) if draw(hardly_ever) else list(NAMES[:width])
    columns = [draw(st.lists(draw(kinds), min_size=height, max_size=height)) for _ in names]
    delimiter, end = draw(st.sampled_from(";\t|,")), draw(st.sampled_from(["\n", "\r\n", "\r"]))
    quoted = [[_quote(cell, delimiter) for cell in row] for row in zip(*columns, strict=True)]
    if draw(hardly_ever):
        quoted[0].append(draw(cells))
    text = end.join(delimiter.join(row) for row in [names, *quoted])
    return text.encode(draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "cp1252", "utf-16"])), "replace")


def _quote(cell: str, delimiter: str) -> str:
    return f'"{cell}"' if delimiter in cell or "\n" in cell or "\r" in cell else cell


files = st.one_of(tables(), tables(), tables(), st.binary(max_size=300))
keys = st.one_of(
    st.builds(
        "{}{}".format, st.sampled_from(["train/", "predict/", "predict/default@", "train//", "other/", ""]), texts
    ),
    st.builds("{}/{}/{}".format, st.sampled_from(["train", "predict"]), texts, texts),
).map(lambda key: key.encode("utf-8", "replace").decode()[:900] or "train/x")
metadata = st.dictionaries(
    st.sampled_from(
        ["target-column", "model-type", "model-params", "columns-to-drop", "output", "job-id", "target_colum"]
    ),
    ascii_texts,
    max_size=4,
)

json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)
params = st.dictionaries(
    st.one_of(
        st.sampled_from(["n_estimators", "max_depth", "C", "alpha", "max_iter", "class_weight", "n_jobs"]), texts
    ),
    json_values,
    max_size=4,
)


def _record(key: Any, bucket: Any, version: Any, name: Any) -> dict[str, Any]:
    return {
        "eventSource": "aws:s3",
        "eventName": name,
        "eventTime": "2026-01-01T00:00:00.000Z",
        "s3": {"bucket": {"name": bucket}, "object": {"key": key, "versionId": version, "size": 3}},
    }


records = st.builds(
    _record,
    key=st.one_of(keys, json_values),
    bucket=st.one_of(st.just(LOCAL_NAMES.uploads_bucket), json_values),
    version=st.one_of(st.just("1"), json_values),
    name=st.one_of(st.sampled_from(["ObjectCreated:Put", "ObjectRemoved:Delete", "s3:TestEvent"]), json_values),
)
bodies = st.one_of(
    st.lists(st.one_of(records, json_values), max_size=3).map(lambda found: json.dumps({"Records": found})),
    json_values.map(json.dumps),
    st.text(max_size=40),
)
"""Bodies of messages."""
