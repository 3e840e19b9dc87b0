"""Compare what is read from polluted files here, by pandas and by DuckDB.

python -m bench.pollution                prints a table: kinds of pollution, and the scores of the readers
python -m bench.pollution --write PAGE   puts the table between the two comments about it in a page
python -m bench.pollution --only here    prints the scores of one reader
python -m bench.pollution --wrong KIND   prints what is read wrongly here, of all kinds with KIND in their name
"""

import argparse
import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Final

from bench.duckdb_files import read_duckdb
from bench.ratios import table
from tests.pollution.cases import KINDS, Case, cases
from tests.pollution.kind import Kind
from tests.pollution.readers import read_here, read_pandas, refusal_of
from tests.pollution.scores import Found, Scores, mean, record_of, score

_HERE: Final = "here"
_READERS: Final = (_HERE, "pandas", "DuckDB")
_COLUMNS: Final = ("read at all", "names", "records", "cells")
_PART: Final = re.compile(r"(?<=<!-- pollution table: begin -->\n).*(?=<!-- pollution table: end -->)", re.DOTALL)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table or the wrong files, or write the table into a page."""
    parser = argparse.ArgumentParser(prog="python -m bench.pollution", description=__doc__)
    parser.add_argument("--write", metavar="PAGE", type=Path)
    parser.add_argument("--only", metavar="READER", choices=_READERS)
    parser.add_argument("--wrong", metavar="KIND")
    options = parser.parse_args(arguments)
    if options.wrong is not None:
        for kind in KINDS:
            if options.wrong in kind.name:
                _print_wrong(kind)
        return
    readers = (options.only,) if options.only else _READERS
    text = _build_table(readers)
    print(f"{' · '.join(readers)}: share of the files that are read at all, and F1\n\n{text}", flush=True)
    if options.write is not None:
        options.write.write_text(with_table(options.write.read_text(), text))


def with_table(page: str, text: str) -> str:
    """Return a page with another table between the two comments."""
    written, count = _PART.subn(lambda found: f"\n{text}\n\n", page)
    if count != 1:
        raise SystemExit("The page has no part `<!-- pollution table: begin -->` … `<!-- pollution table: end -->`.")
    return written


def _build_table(readers: Sequence[str]) -> str:
    scores = {kind.name: _scores(kind, readers) for kind in KINDS}
    rows = [[name, *_figures([found[reader] for reader in readers])] for name, found in scores.items()]
    means = [mean([found[reader] for found in scores.values()]) for reader in readers]
    return table(["kind", *_COLUMNS], [*rows, ["**mean**", *_figures(means)]])


def _figures(scores: Sequence[Scores]) -> list[str]:
    """Return each score of the readers in one cell."""
    return [" · ".join(f"{figure:.2f}" for figure in figures) for figures in zip(*scores, strict=True)]


def _scores(kind: Kind, readers: Sequence[str]) -> dict[str, Scores]:
    """Return the mean scores of the readers over all files of a kind."""
    files = list(cases(kind))
    found = {reader: _read(reader, [case.content for case in files]) for reader in readers}
    return {
        reader: mean([score(case, one, own_names=reader != _HERE) for case, one in zip(files, read, strict=True)])
        for reader, read in found.items()
    }


def _read(reader: str, contents: Sequence[bytes]) -> list[Found | None]:
    if reader == "DuckDB":
        return read_duckdb(contents)
    return [(read_here if reader == _HERE else read_pandas)(content) for content in contents]


def _print_wrong(kind: Kind) -> None:
    found = [(case, read_here(case.content)) for case in cases(kind)]
    scores = [score(case, read, own_names=False) for case, read in found]
    print(f"\n{kind.name}: {len(found)} files, {_in_words(mean(scores))}")
    for (case, read), scored in zip(found, scores, strict=True):
        if min(scored) < 1:
            print(f"  {case.label}: {_in_words(scored)}")
            for line in _differences(case, read):
                print(f"    {line}")


def _in_words(scores: Scores) -> str:
    return ", ".join(f"{part} {getattr(scores, part):.3f}" for part in Scores._fields)


def _differences(case: Case, found: Found | None) -> Iterator[str]:
    if found is None:
        yield f"refused: {refusal_of(case.content)}"
        return
    if case.names != found.names:
        yield f"names {found.names}, expected {case.names}"
    pairs = [
        (row, expected)
        for row, expected in zip_longest(found.rows, case.rows, fillvalue=())
        if record_of(row) != record_of(expected)
    ]
    if pairs:
        yield f"{len(found.rows)} rows, expected {len(case.rows)}; {len(pairs)} differ by place. The first:"
        yield f"found    {pairs[0][0]}"
        yield f"expected {pairs[0][1]}"


if __name__ == "__main__":
    main()
