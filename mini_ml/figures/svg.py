"""Build an SVG element by element. Texts are escaped by the XML library, and no caller writes markup."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from xml.etree import ElementTree

_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_WIDTHS: Final = (("mwMW@%—…", 0.95), ("iljtfrI.,:;'|! ", 0.38))
"""Widths of characters, as shares of the font size, in the widest of the usual fonts."""
_LOWER: Final = 0.62
_UPPER: Final = 0.72
_WIDE: Final = 1.1
FONT_SIZE: Final = 11.0


def clean_text(text: str) -> str:
    """Return a text whose characters XML allows; others become the replacement character."""
    return _NOT_IN_XML.sub("\ufffd", text)


def width_of(text: str, size: float = FONT_SIZE) -> float:
    """Return about how wide a text is, rather too much than too little."""
    return sum(map(_width_of_char, text)) * size


@lru_cache(maxsize=4096)
def _width_of_char(char: str) -> float:
    for chars, width in _WIDTHS:
        if char in chars:
            return width
    if unicodedata.east_asian_width(char) in "WF":
        return _WIDE
    return _LOWER if char.islower() else _UPPER


def cut_text(text: str, width: float, size: float = FONT_SIZE) -> str:
    """Return a text without its middle where it is wider than `width`, as names often differ at their end."""
    if width_of(text, size) <= width:
        return text
    kept = len(text)
    while kept and width_of(_leave_out_middle(text, kept), size) > width:
        kept -= 1
    return _leave_out_middle(text, kept)


def _leave_out_middle(text: str, kept: int) -> str:
    """Return a text of which only some characters are kept, a few more at its start."""
    start = (kept * 3 + 4) // 5
    return f"{text[:start].rstrip()}…{text[len(text) - (kept - start) :].lstrip()}"


def place(value: float) -> str:
    """Return a coordinate with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


class Drawing:
    """An SVG whose size is given in units; it is scaled to the width of its place."""

    def __init__(self, width: float, height: float, *, title: str, description: str = "", kind: str = "fig") -> None:
        """Start a drawing.

        Args:
            width: its width in units; text is 11 units high.
            height: its height in units.
            title: what it shows, in a few words; read aloud, and shown by browsers.
            description: what can be seen in it, in a sentence; read aloud.
            kind: CSS class.
        """
        self._root = ElementTree.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "class": kind,
                "viewBox": f"0 0 {place(width)} {place(height)}",
                "role": "img",
            },
        )
        self._add(self._root, "title", {}, title)
        if description:
            self._add(self._root, "desc", {}, description)

    def rect(self, x: float, y: float, width: float, height: float, kind: str, *, title: str = "", **more: str) -> None:
        """Add a rectangle; `title` appears where the pointer is."""
        sizes = {"x": place(x), "y": place(y), "width": place(max(width, 0)), "height": place(max(height, 0))}
        self._titled("rect", {**sizes, "class": kind, **_names(more)}, title)

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        """Add a straight line."""
        ends = {"x1": place(x1), "y1": place(y1), "x2": place(x2), "y2": place(y2)}
        self._add(self._root, "line", {**ends, "class": kind})

    def polyline(self, points: Iterable[tuple[float, float]], kind: str) -> None:
        """Add a line through points."""
        path = " ".join(f"{place(x)},{place(y)}" for x, y in points)
        self._add(self._root, "polyline", {"points": path, "class": kind})

    def path(self, commands: str, kind: str) -> None:
        """Add a path of SVG commands, for many shapes in few bytes."""
        self._add(self._root, "path", {"d": commands, "class": kind})

    def dot(self, x: float, y: float, radius: float, kind: str, *, title: str = "") -> None:
        """Add a filled circle; `title` appears where the pointer is."""
        self._titled("circle", {"cx": place(x), "cy": place(y), "r": place(radius), "class": kind}, title)

    def text(self, x: float, y: float, text: str, kind: str = "", *, anchor: str = "start", full: str = "") -> None:
        """Add a line of text on the baseline `y`; `full` appears where the pointer is."""
        attributes = {"x": place(x), "y": place(y)}
        if kind:
            attributes["class"] = kind
        if anchor != "start":
            attributes["text-anchor"] = anchor
        element = self._add(self._root, "text", attributes, text)
        if full and full != text:
            title = self._add(element, "title", {}, full)
            title.tail, element.text = element.text, ""

    def turned_text(self, x: float, y: float, text: str, kind: str) -> None:
        """Add text around a point, turned so that it reads upwards."""
        around = {"transform": f"rotate(-90 {place(x)} {place(y)})", "text-anchor": "middle", "class": kind}
        self._add(self._root, "text", {"x": place(x), "y": place(y), **around}, text)

    def rising_text(self, x: float, y: float, text: str) -> None:
        """Add text that begins at a point and reads upwards."""
        turned = {"x": place(x), "y": place(y), "transform": f"rotate(-90 {place(x)} {place(y)})"}
        self._add(self._root, "text", turned, text)

    def to_text(self) -> str:
        """Return the SVG element."""
        return ElementTree.tostring(self._root, encoding="unicode")

    def _titled(self, tag: str, attributes: dict[str, str], title: str) -> None:
        element = self._add(self._root, tag, attributes)
        if title:
            self._add(element, "title", {}, title)

    @staticmethod
    def _add(parent: ElementTree.Element, tag: str, attributes: dict[str, str], text: str = "") -> ElementTree.Element:
        cleaned = {name: clean_text(value) for name, value in attributes.items()}
        element = ElementTree.SubElement(parent, tag, cleaned)
        if text:
            element.text = clean_text(text)
        return element


def _names(attributes: dict[str, str]) -> dict[str, str]:
    """Return attributes with the hyphens that Python's names cannot have."""
    return {name.replace("_", "-"): value for name, value in attributes.items()}
