"""A report is one page with everything that is known about a version; no name and no value can get markup into it."""

import re
from collections.abc import Callable, Sequence
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mini_ml.contracts import (
    Candidate,
    DataWarning,
    EnsembleMember,
    Histogram,
    Importance,
    Interval,
    Label,
    LeftOut,
    Manifest,
    Profile,
    ProfileNote,
    TrainOptions,
    WarningExample,
)
from mini_ml.report.language import LANGUAGES, Language
from mini_ml.report.pages import content_security_policy
from mini_ml.report.render import MOST_BYTES, render_report
from tests.fixtures.reported_models import make_manifest, make_profile

ELEMENTS = """
    html head meta title style body a header p h1 h2 h3 nav ol li main section ul dl div dt dd table thead tbody tr th
    td figure figcaption strong span pre code details summary footer svg desc text line rect circle polyline path
"""
KINDS: list[Sequence[Label] | None] = [("no", "yes"), tuple(range(7)), None]


class Page(HTMLParser):
    """The tags, attributes and texts of a page."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.ids: list[str] = []
        self.text = ""
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record a tag."""
        self.tags.add(tag)
        self.attributes |= {(name, value or "") for name, value in attrs}
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_data(self, data: str) -> None:
        """Record a text."""
        self.text += data


def render(
    manifest: Manifest, profile: Profile | None = None, *, language: Language = "en", values: bool = True
) -> Page:
    """Return the report of a model, by default with the profile of its fixture."""
    return Page(render_report(manifest, profile or make_profile(manifest), language=language, values=values))


@pytest.mark.parametrize(
    ("labels", "texts"),
    [
        (
            ("no", "yes"),
            ["Confusion matrix", "ROC curve", "Precision and recall", "Calibration", "true positive rate", "0.87"],
        ),
        (("a", "b", "c"), ["Most frequent confusions", "a: AUC 0.870", "c: AP 0.810", "mean probability"]),
        (None, ["Predicted against actual", "Residuals", "mean outcome", "R²", "Mean absolute error"]),
    ],
)
def test_a_report_has_the_figures_of_its_task(labels: Sequence[Label] | None, texts: list[str]) -> None:
    page = render(make_manifest(labels=labels))

    assert [text for text in texts if text not in page.text] == []


@pytest.mark.parametrize(
    "text",
    [
        "demo, version 3",
        "Published on 4\u00a0Mar\u00a02026, 15:06 UTC.",
        "outcome",  # what was asked
        "cells separated by “;”, 2 rows that cannot be read left out",
        "number (1), category (1), date (1), yes/no (1), text (1)",
        "2 cells are read as missing: n/d.",
        "line 1,204: “n/d”",
        "identifier: every cell is a different code",
        "red 10.0\u00a0%",
        "14\u00a0Jul\u00a02017 to 14\u00a0Nov\u00a02023",
        "Training rows by label",
        "LogisticRegression",
        "0.710 to 0.880",  # an interval
        "0.500",  # the baseline
        "How much worse the model gets",
        "increase of the log loss",
        "(missing)",  # partial dependence of a category
        "mean probability of yes",
        "1,004",  # the line of a worst error
        "Random rows were held out.",  # limits of use
        "It finds what goes together in these data.",
        "mini-ml train rows.csv --model demo --target outcome --type auto --params '{\"random_state\": 42}'",
        "cd" * 32,  # the digest of the file
        "scikit-learn 1.9.0",
        "/models/demo/versions/3/invocations",
        "aws s3 cp rows.csv s3://mini-ml-uploads/predict/demo@3/rows.csv",
        "mini-ml predict rows.csv --model demo --version 3",
        'client.invoke("demo"',
    ],
)
def test_a_report_says_everything_that_is_known(text: str) -> None:
    assert text in render(make_manifest()).text


def test_the_leaderboard_is_shown_with_the_reasons_of_what_was_not_compared() -> None:
    candidates = (
        {"model_type": "Ridge", "metric": "log_loss", "score": 0.25, "weight": 1.0, "fit_seconds": 0.5},
        {"model_type": "SVC", "metric": "log_loss", "score": None, "note": "too expensive to compare"},
    )

    text = render(make_manifest(candidates=candidates)).text

    assert [part for part in ("Candidates", "0.250", "0.500 s", "too expensive to compare") if part not in text] == []


@pytest.mark.parametrize(
    ("language", "text"), [("en", "1,250"), ("pt-BR", "1.250"), ("pt-BR", "4\u00a0mar.\u00a02026")]
)
def test_numbers_and_dates_are_written_as_the_language_does(language: Language, text: str) -> None:
    page = render(make_manifest(), language=language)

    assert text in page.text
    assert ("lang", language) in page.attributes


def test_a_portuguese_report_has_no_english_headings() -> None:
    english, portuguese = (
        set(
            re.findall(
                r"<h[123][^>]*>([^<]+)", render_report(m, make_profile(m), language=language, values=True).decode()
            )
        )
        for m in [make_manifest(labels=("a", "b", "c"))]
        for language in LANGUAGES
    )

    assert english & portuguese == {"Python"}


@pytest.mark.parametrize("labels", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_model_without_a_profile_has_a_report_of_what_its_manifest_knows(
    labels: Sequence[Label] | None, language: Language
) -> None:
    manifest = make_manifest(labels=labels, profile=None)

    page = Page(render_report(manifest, None, language=language, values=True))

    assert {"outcome", "LogisticRegression", "s3://mini-ml-uploads"} <= {
        text for text in ("outcome", "LogisticRegression", "s3://mini-ml-uploads") if text in page.text
    }
    assert "`" not in page.text
    assert ("without reports" in page.text) or ("sem relatórios" in page.text)


@pytest.mark.parametrize("labels", KINDS)
def test_a_model_that_was_not_measured_has_a_report(labels: Sequence[Label] | None) -> None:
    manifest = make_manifest(labels=labels)
    metrics = manifest.metrics.model_copy(update={"holdout_rows": 0, "confusion_matrix": None})
    notes = tuple(
        ProfileNote(code="no_holdout_rows", part=part)
        for part in ("curves", "importance", "dependence", "worst_errors")
    )
    nothing = {"curves": (), "importance": (), "dependence": (), "worst_errors": (), "regression": None, "notes": notes}
    profile = make_profile(manifest).model_copy(update=nothing)

    page = render(manifest.model_copy(update={"metrics": metrics}), profile)

    assert "No rows were held out, so the model was not measured." in page.text
    assert page.text.count("No rows were held out to compute it on.") == 4


def test_cells_are_not_shown_to_readers_who_may_not_see_the_data() -> None:
    manifest = make_manifest(value="c3ll-{}")
    profile = make_profile(manifest, value="c3ll-{}")
    file = manifest.dataset.model_copy(update={"key": "train/demo/rows.csv"})
    hidden = manifest.model_copy(update={"dataset": file})

    for language in LANGUAGES:
        page = render_report(hidden, profile, language=language, values=False)
        assert b"c3ll" not in page
    assert "c3ll-n/d" in render(manifest, profile).text


def test_counts_are_shown_to_readers_who_may_not_see_the_data() -> None:
    text = render(make_manifest(), values=False).text

    expected = ["#1 10.0\u00a0%", "lines 1,204", "2 cells are read as missing.", "1,004", "lacks the scope"]
    assert [part for part in expected if part not in text] == []


markup = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "<script>alert(1)</script>",
            "</style><script>alert(1)</script>",
            '"><img src=x onerror=alert(1)>',
            "'; alert(1); '",
            "</title></svg><svg onload=alert(1)>",
            "`<b>`",
            "`",
            "{{ 7 * 7 }}",
            "{% raw %}",
            "]]><!--",
            "\x00\x08\x1b[31m\u202e\ud800",
            "&lt;script&gt;",
            "javascript:alert(1)",
        ]
    ),
)


@settings(max_examples=60)
@given(name=markup, value=markup, label=markup, labelled=st.booleans(), language=st.sampled_from(LANGUAGES))
def test_no_markup_in_a_name_or_a_value_gets_out(
    name: str, value: str, label: str, labelled: bool, language: Language
) -> None:
    quoted = value.replace("{", "{{").replace("}", "}}") + "{}"
    manifest = make_manifest(
        labels=(label, f"{label}2", "c") if labelled else None,
        name=name.replace("{", "{{").replace("}", "}}") + "{}",
        value=quoted,
        target=name or "x",
        model_params={name: value},
        notes=(value,),
    )

    page = render(manifest, make_profile(manifest, value=quoted), language=language)

    assert page.tags <= set(ELEMENTS.split())
    names = {name for name, _ in page.attributes}
    assert not [name for name in names if name.startswith("on") or name in ("src", "style", "srcset", "action", "data")]
    assert all(value.startswith("#") for name, value in page.attributes if name in ("href", "xlink:href"))


numbers = st.floats(allow_nan=False, allow_infinity=False)


@settings(max_examples=40)
@given(
    edges=st.lists(numbers, min_size=2, max_size=8, unique=True).map(sorted),
    counts=st.lists(st.integers(0, 10**12), min_size=8, max_size=8),
    points=st.lists(numbers, min_size=3, max_size=3),
    labelled=st.booleans(),
)
def test_a_report_can_be_drawn_of_any_numbers(
    edges: list[float], counts: list[int], points: list[float], labelled: bool
) -> None:
    manifest = make_manifest(labels=("a", "b", "c") if labelled else None)
    ranges = Histogram(edges=tuple(edges), counts=tuple(counts[: len(edges) - 1]), below=counts[0], above=counts[-1])
    profile = make_profile(manifest)
    lines = tuple(line.model_copy(update={"values": tuple(points)}) for line in profile.dependence[0].lines)
    changed: dict[str, object] = {
        "columns": tuple(
            column.model_copy(update={"histogram": ranges}) if column.histogram else column
            for column in profile.columns
        ),
        "dependence": (profile.dependence[0].model_copy(update={"numbers": tuple(points), "lines": lines}),),
        "importance": (Importance(name="x", increase=points[0], interval=Interval(low=points[1], high=points[2])),),
    }
    if profile.regression is not None:
        changed["target"] = profile.target.model_copy(update={"histogram": ranges})
        drawn = {"actual": tuple(points), "predicted": tuple(edges[:1] * 3), "residuals": ranges}
        changed["regression"] = profile.regression.model_copy(update=drawn)

    page = render(manifest, profile.model_copy(update=changed))

    assert not re.search(r"\b(nan|inf)\b", page.text)


def test_texts_are_shown_as_they_are() -> None:
    hostile = "<b>{{ 7 * 7 }}</b> & \"quoted\" 'too'"

    assert hostile in render(make_manifest(target=hostile)).text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("labels", [("x`y`z", "no"), ("x`y`z", "no", "yes"), None])
def test_backticks_of_names_and_values_are_shown_as_they_are(
    language: Language, labels: Sequence[Label] | None
) -> None:
    manifest = make_manifest(
        labels=labels,
        target="t`u`v",
        name="a`b`c {}",
        value="d`e`f {}",
        notes=("the note `n`",),
        model_params={"p`q`r": "g`h`i"},
    )

    page = render_report(manifest, make_profile(manifest, value="d`e`f {}"), language=language, values=True).decode()

    names = ["t`u`v", "a`b`c 0", "d`e`f red", "d`e`f n/d", "the note `n`", "p`q`r", "g`h`i", *(labels or ())]
    assert [name for name in map(str, names) if name not in page] == []
    assert re.findall("<(?:td|th|dd)[^>]*>[^<]*<code>", page) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("values", [True, False])
def test_code_in_sentences_is_marked(language: Language, values: bool) -> None:
    candidate = Candidate(model_type="Ridge", metric="accuracy", score=0.5, model_params={})
    warning = DataWarning(
        code="unknown_columns_to_drop", message="`columns_to_drop` names a column that the file does not have."
    )
    manifest = make_manifest(columns=600, superseded=True, candidates=(candidate,), warnings=(warning,))

    page = render_report(manifest, make_profile(manifest), language=language, values=values).decode()

    code = ["latest", "auto", "time_column", "MINI_ML_URL", "?format=json", "columns_to_drop"]
    assert [text for text in code if f"<code>{text}</code>" not in page] == []
    assert ("<code>train</code>" in page) != values
    assert "`" not in page


def test_characters_that_html_does_not_allow_are_replaced() -> None:
    page = render(make_manifest(target="a\x00b\ud800c"))

    assert "a\ufffdb\ufffdc" in page.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_of_many_classes_and_columns_is_at_most_one_megabyte(language: Language) -> None:
    manifest = make_manifest(labels=[f"class {number}" for number in range(250)], columns=500)

    page = render_report(manifest, make_profile(manifest), language=language, values=True)

    assert len(page) <= 1_000_000
    assert b"column 499" in page
    assert b"class 249" in page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "text", ["&" * 400, "<" * 32_000, "\U0001f600" * 400, "'\"" * 200], ids=["&", "<", "emoji", "quotes"]
)
def test_a_report_of_the_largest_file_with_the_longest_names_is_at_most_one_megabyte(
    text: str, language: Language
) -> None:
    many = {f"{text[:50]}{number}": text for number in range(2000)}
    warning = DataWarning(
        code="unknown", message=text, column=text, examples=(WarningExample(line=9, value=text[:40]),) * 5
    )
    member = EnsembleMember(model_type="Ridge", weight=0.1, model_params=dict(many))
    candidate = Candidate(model_type="Ridge", metric="accuracy", score=0.5, model_params=dict(many), note=text)
    manifest = make_manifest(
        labels=[text[:400] + str(number) for number in range(250)],
        columns=2000,
        name=text + "{}",
        value=text + "{}",
        target=text,
        warnings=(warning,) * 50,
        notes=(text,) * 1000,
        model_params=many,
        candidates=(candidate,) * 200,
        members=(member,) * 200,
    )
    left_out = tuple(LeftOut(name=f"{text}{number}", reason=text) for number in range(2000))
    manifest = manifest.model_copy(
        update={"model_schema": manifest.model_schema.model_copy(update={"left_out": left_out})}
    )
    profile = make_profile(manifest, value=text + "{}")
    options = TrainOptions(target_column=text, columns_to_drop=tuple(many), model_params=dict(many))

    page = render_report(manifest, profile.model_copy(update={"options": options}), language=language, values=True)

    assert len(page) <= MOST_BYTES
    assert page.rstrip().endswith(b"</html>")


def test_a_page_says_how_much_it_does_not_list() -> None:
    columns = tuple(LeftOut(name=f"left {number}", reason="constant") for number in range(501))
    manifest = make_manifest(notes=tuple(f"note {number}" for number in range(502)))
    schema = manifest.model_schema.model_copy(update={"left_out": columns})
    options = TrainOptions(columns_to_drop=tuple(f"column to drop {number}" for number in range(2000)))
    profile = make_profile(manifest).model_copy(update={"options": options})

    text = render(manifest.model_copy(update={"model_schema": schema}), profile).text

    assert "1 further row is not listed here." in text
    assert "2 further entries are not listed here." in text
    assert "Command line: train it again: too long for this page." in text
    assert ("left 499" in text, "left 500" in text) == (True, False)


@pytest.mark.parametrize("count", [2, 26, 250])
def test_a_confusion_matrix_shows_at_most_a_few_labels_and_every_label_is_in_the_table(count: int) -> None:
    labels = [f"label {number}" for number in range(count)]

    page = render_report(
        manifest := make_manifest(labels=labels), make_profile(manifest), language="en", values=True
    ).decode()

    section = page[page.index('<section id="confusion"') :]
    section = section[: section.index("</section>")]
    assert section.count("<rect") <= 17 * 17
    assert [label for label in labels if f'<th scope="row">{label}</th>' not in section] == []
    assert ("others" in section) == (count > 17)


@pytest.mark.parametrize(("columns", "folded"), [(60, False), (61, True)])
def test_a_table_of_many_columns_is_folded(columns: int, folded: bool) -> None:
    manifest = make_manifest(columns=columns)

    page = render_report(manifest, make_profile(manifest), language="en", values=True).decode()

    assert (f"<summary>Columns that the model reads ({columns})</summary>" in page) == folded
    assert ("<h3>Columns that the model reads</h3>" in page) != folded


def test_a_table_that_a_phone_shows_as_lines_says_what_its_parts_are() -> None:
    page = render_report(manifest := make_manifest(), make_profile(manifest), language="en", values=True).decode()

    stacked = page.split('<div class="scroll stack"')[1:]
    assert len(stacked) >= 2
    for table in (part.split("</table>")[0] for part in stacked):
        heads = re.findall(r'<th scope="col" role="columnheader"[^>]*>([^<]+)</th>', table)
        assert set(re.findall(r'data-head="([^"]+)"', table)) == set(heads[1:])
        assert table.count("<tr") == table.count('role="row"')
        assert table.count("<td") == table.count('role="cell"')


def test_a_page_has_no_scripts_and_nothing_from_elsewhere() -> None:
    page = render_report(manifest := make_manifest(), make_profile(manifest), language="en", values=True).decode()

    assert "<script" not in page
    assert "<link" not in page
    assert "url(" not in page
    assert f'content="{content_security_policy()}"'.replace("'", "&#39;") in page


def test_anchors_are_unique_and_lead_somewhere() -> None:
    page = render(make_manifest())

    assert len(page.ids) == len(set(page.ids))
    assert {value[1:] for name, value in page.attributes if name == "href"} <= set(page.ids)


def _limits_of(change: Callable[[Manifest], Manifest]) -> str:
    text = render(change(make_manifest())).text
    return text[text.rindex("Limits of use") : text.rindex("How to reproduce")]


def test_limits_say_what_the_model_is_not_good_for() -> None:
    weak = {"holdout_rows": 20, "log_loss": 0.9, "intervals": {"accuracy": Interval(low=0.5, high=0.9)}}

    limits = _limits_of(
        lambda one: one.model_copy(update={"refitted": True, "metrics": one.metrics.model_copy(update=weak)})
    )

    assert [
        text
        for text in ("Only 20 rows measured it", "not better than the baseline by Log loss", "fitted again on all rows")
        if text not in limits
    ] == []
