"""Figures are well-formed SVG that shows what it was given, with names for screen readers and without scripts."""

import math
import re
from collections.abc import Callable
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mini_ml.figures.bars import Bar, draw_bars
from mini_ml.figures.dots import DotRow, draw_dots
from mini_ml.figures.frame import Axis, spread_labels
from mini_ml.figures.heat_maps import draw_heat_map
from mini_ml.figures.histograms import Bins, draw_histogram, draw_small_histogram
from mini_ml.figures.lines import Line, draw_lines, draw_points
from mini_ml.figures.locales import ENGLISH
from mini_ml.figures.svg import cut_text, width_of

SVG = "{http://www.w3.org/2000/svg}"
Draw = Callable[[str, list[float]], str]


def _bars(text: str, numbers: list[float]) -> str:
    bars = [Bar(label=text, value=abs(number), text=text) for number in numbers]
    return draw_bars(bars, title=text, description=text)


def _histogram(text: str, numbers: list[float]) -> str:
    edges = sorted({0.0, 1.0, *(number for number in numbers if math.isfinite(number))})
    bins = Bins(edges=edges, counts=[3] * (len(edges) - 1), below=2, above=1)
    return draw_histogram(bins, across=Axis(name=text), up=text, title=text, description=text, locale=ENGLISH)


def _lines(text: str, numbers: list[float]) -> str:
    line = Line(points=list(zip(numbers, numbers, strict=True)), label=text)
    axis = Axis(name=text)
    return draw_lines([line, line], across=axis, up=axis, title=text, description=text, locale=ENGLISH, dots=True)


def _points(text: str, numbers: list[float]) -> str:
    points, axis = list(zip(numbers, reversed(numbers), strict=True)), Axis(name=text)
    return draw_points(points, across=axis, up=axis, title=text, description=text, locale=ENGLISH)


def _dots(text: str, numbers: list[float]) -> str:
    rows = [DotRow(label=text, values=[number, number], low=-1, high=1) for number in numbers]
    axis = Axis(name=text)
    return draw_dots(rows, across=axis, title=text, description=text, locale=ENGLISH, series=(text, text), zero=True)


def _heat_map(text: str, numbers: list[float]) -> str:
    size = len(numbers)
    return draw_heat_map(
        [[0.5] * size] * size,
        [[text] * size] * size,
        labels=[text] * size,
        across=text,
        up=text,
        title=text,
        description=text,
    )


DRAWINGS: list[Draw] = [_bars, _histogram, _lines, _points, _dots, _heat_map]
every_figure = pytest.mark.parametrize("draw", DRAWINGS)


def parse(svg: str) -> ElementTree.Element:
    """Return the root of a figure."""
    return ElementTree.fromstring(svg)  # noqa: S314  # made by the code that is tested


def numbers_in(svg: str) -> list[float]:
    """Return all numbers in the places and sizes of an SVG."""
    places = re.findall(r' (?:x|y|x1|y1|x2|y2|cx|cy|r|width|height|points|viewBox)="([^"]*)"', svg)
    return [float(number) for place in places for number in re.split("[ ,]", place) if number]


@every_figure
@given(text=st.text(), numbers=st.lists(st.floats(), max_size=5))
def test_a_figure_is_well_formed_whatever_its_texts_and_numbers(draw: Draw, text: str, numbers: list[float]) -> None:
    svg = draw(text, numbers)

    found = {element.tag.removeprefix(SVG) for element in parse(svg).iter()}

    assert found <= {"svg", "title", "desc", "text", "line", "rect", "circle", "polyline", "path"}
    assert all(math.isfinite(number) for number in numbers_in(svg))


@every_figure
def test_markup_in_texts_is_text(draw: Draw) -> None:
    svg = draw("</svg><script>alert(1)</script>", [0.0, 1.0])

    assert "<script" not in svg
    assert "&lt;script&gt;" in svg


@every_figure
def test_a_figure_has_a_title_and_a_description_for_screen_readers(draw: Draw) -> None:
    root = parse(draw("rainfall", [0.0, 1.0]))

    assert root.get("role") == "img"
    assert [(child.tag.removeprefix(SVG), child.text) for child in root[:2]] == [
        ("title", "rainfall"),
        ("desc", "rainfall"),
    ]


@every_figure
def test_a_figure_has_no_colours_of_its_own(draw: Draw) -> None:
    svg = draw("rainfall", [0.0, 1.0])

    assert not re.search(r' (style|fill|stroke|onload|href)="', svg)


@every_figure
def test_a_figure_of_nothing_is_drawn(draw: Draw) -> None:
    assert parse(draw("", [])).tag == f"{SVG}svg"


def test_bars_are_as_long_as_their_values() -> None:
    bars = [Bar(label="a", value=4, text="4"), Bar(label="b", value=2, text="2"), Bar(label="c", value=0, text="0")]

    root = parse(draw_bars(bars, title="", description=""))

    widths = [float(rect.attrib["width"]) for rect in root.iter(f"{SVG}rect")]
    assert widths[1] == pytest.approx(widths[0] / 2, abs=0.1)
    assert widths[2] == 0


def test_the_bars_of_a_histogram_name_their_ranges_and_what_is_beyond() -> None:
    bins = Bins(edges=[0, 10, 20], counts=[5, 1], below=3, above=2)

    svg = draw_histogram(bins, across=Axis(name="x"), up="rows", title="Rain", description="", locale=ENGLISH)

    titles = [title.text for title in parse(svg).iter(f"{SVG}title")]
    assert titles == ["Rain", "0 – 10: 5", "10 – 20: 1", "< 0: 3", "> 20: 2"]


def test_a_line_goes_through_its_points() -> None:
    line = Line(points=[(0, 0), (1, 1)])
    axis = Axis(name="", low=0, high=1)

    svg = draw_lines([line], across=axis, up=axis, title="", description="", locale=ENGLISH, reference=[(0, 0), (1, 1)])

    reference, drawn = (found.attrib["points"] for found in parse(svg).iter(f"{SVG}polyline"))
    assert reference == drawn


def test_points_that_are_not_finite_are_left_out() -> None:
    axis = Axis(name="")

    svg = draw_points(
        [(0, 1), (math.nan, 2), (3, math.inf)], across=axis, up=axis, title="", description="", locale=ENGLISH
    )

    assert len(list(parse(svg).iter(f"{SVG}circle"))) == 1


def test_a_small_histogram_takes_few_bytes() -> None:
    assert len(draw_small_histogram([3] * 20, title="Distribution of a column")) < 800


def test_a_cut_text_keeps_its_start_and_its_end() -> None:
    assert cut_text("Twitter for iPhone", 80) == "Twitter…hone"


def test_long_labels_are_cut_and_can_be_read_in_full() -> None:
    label = "a very long category " * 5

    svg = draw_bars([Bar(label=label, value=1, text="1")], title="Rain", description="")

    texts = [element.text for element in parse(svg).iter(f"{SVG}title")]
    assert texts == ["Rain", label]
    assert "…" in svg


@given(text=st.text(), width=st.floats(0, 200))
def test_a_cut_text_fits(text: str, width: float) -> None:
    assert width_of(cut_text(text, width)) <= max(width, width_of("…"))


@given(places=st.lists(st.floats(0, 100), max_size=6))
def test_labels_do_not_touch(places: list[float]) -> None:
    moved = sorted(spread_labels(places, 12, 0, 100))

    assert all(second - first >= 12 - 1e-6 for first, second in pairwise(moved))
