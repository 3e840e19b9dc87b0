"""Read the documentation: its pages, their tables, headings, references and shell lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = tuple(
    sorted(
        [
            *(
                ROOT / name
                for name in ("README.md", "README.pt-BR.md", "ARCHITECTURE.md", "CHANGELOG.md", "SECURITY.md")
            ),
            ROOT / "samples" / "README.md",
            *(ROOT / "docs").rglob("*.md"),
        ]
    )
)
PASTED = ("README.md", "README.pt-BR.md", "samples/README.md", "docs/http-api.md")
"""Pages whose shell lines a reader pastes."""

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Page:
    """A page of the documentation."""

    path: Path

    def __str__(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def prose(self) -> str:
        """The page without its fenced blocks."""
        return _FENCE.sub("", self.text)

    def blocks(self, language: str) -> list[str]:
        """Return the fenced blocks in a language."""
        return [body for found, body in _FENCE.findall(self.text) if found == language]

    def shell_lines(self) -> Iterator[str]:
        """Yield every line of the shell blocks except comments."""
        for block in self.blocks("sh"):
            yield from (line for line in block.splitlines() if line.strip() and not line.startswith("#"))

    def links(self) -> list[str]:
        """Return the targets of the links, less those that lead out of the repository."""
        targets = re.findall(r"\]\(([^)\s]+)\)", self.prose)
        return [target.partition("#")[0] for target in targets if "://" not in target and not target.startswith("#")]

    def codes(self) -> list[str]:
        """Return what stands between backticks in the prose."""
        return _CODE.findall(self.prose)

    def rows(self, heading: str = "") -> list[list[str]]:
        """Return the cells of every table row below a heading (`## …`), less the head of the tables."""
        lines = self.section(heading).splitlines() if heading else self.prose.splitlines()
        tables = [line for line in lines if line.startswith("|")]
        heads = {place - 1 for place, line in enumerate(tables) if set(line) <= set("|-: ")}
        rows = [line for place, line in enumerate(tables) if place not in heads and not set(line) <= set("|-: ")]
        return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]

    def section(self, heading: str) -> str:
        """Return what stands below a heading, up to the next one of its level."""
        _, _, rest = f"\n{self.prose}".partition(f"\n## {heading}\n")
        assert rest, f"{self} has no heading {heading!r}"
        return rest.partition("\n## ")[0]


def page(name: str) -> Page:
    """Return a page by its path in the repository."""
    return Page(ROOT / name)


def every_page() -> list[Page]:
    """Return all pages."""
    return [Page(path) for path in PAGES]


def one_line(docstring: str) -> str:
    """Return a docstring as a table cell."""
    return " ".join(docstring.split())
