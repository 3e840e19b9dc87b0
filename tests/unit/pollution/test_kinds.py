"""Polluted files are what their kind says, and the truth about them is right."""

import csv
import gzip
from io import StringIO

import pytest

from tests.pollution.cases import KINDS, cases, pollute
from tests.pollution.clean import CleanTable, clean_tables
from tests.pollution.kind import Kind, Spot
from tests.pollution.readers import read_here
from tests.pollution.scores import Scores, mean, record_of, score

TABLE = CleanTable("small", ("a", "b", "ç"), (("1", "x, y", "2"), ("3", "z", "4"), ("5", "w", "")), numeric=(0, 2))
WHOLE = Scores(1.0, 1.0, 1.0, 1.0)
ALWAYS_READ = (
    "clean",
    "delimiter tab",
    "delimiter `;`",
    "delimiter `\\|`",
    "line ends",
    "no line end at the end",
    "byte order mark",
    "Windows-1252",
    "gzip",
    "blank lines at the end",
    "one row",
    "`sep=` line",
    "blank name",
    "doubled names",
    "delimiter in a quoted name",
    "decomposed letters in names",
    "invisible characters in a name",
    "a quote inside a bare cell",
    "quotes around all cells",
)
"""Kinds that lose nothing."""


def kind_of(name: str) -> Kind:
    return next(kind for kind in KINDS if kind.name == name)


def polluted(name: str, spot: Spot) -> str:
    """Return the small table with a kind of pollution."""
    draft = pollute(TABLE, [(kind_of(name), spot)])
    assert draft is not None
    return draft.to_bytes().decode()


@pytest.mark.parametrize(
    ("name", "spot", "content"),
    [
        ("clean", Spot(), 'a,b,ç\n1,"x, y",2\n3,z,4\n5,w,\n'),
        (
            "title rows above",
            Spot(variant="padded"),
            'Report 2024,,\nSource: office,,\na,b,ç\n1,"x, y",2\n3,z,4\n5,w,\n',
        ),
        ("no header", Spot(), '1,"x, y",2\n3,z,4\n5,w,\n'),
        ("footer", Spot(variant="total"), 'a,b,ç\n1,"x, y",2\n3,z,4\n5,w,\nTotal: 3\n'),
        ("blank line between rows", Spot("middle", variant="delimiters"), 'a,b,ç\n1,"x, y",2\n,,\n3,z,4\n5,w,\n'),
        ("two header rows", Spot(variant="units below"), 'a,b,ç\nkg,,EUR\n1,"x, y",2\n3,z,4\n5,w,\n'),
        ("every line ends in a delimiter", Spot(variant="rows only"), 'a,b,ç\n1,"x, y",2,\n3,z,4,\n5,w,,\n'),
        ("row names without a name", Spot(variant="quoted"), 'a,b,ç\n"1",1,"x, y",2\n"2",3,z,4\n"3",5,w,\n'),
        ("doubled names", Spot(variant="in pairs"), 'a,b,a\n1,"x, y",2\n3,z,4\n5,w,\n'),
        ("cut tails", Spot("last", variant="one cell"), 'a,b,ç\n1,"x, y",2\n3,z,4\n5,w\n'),
        ("extra empty cells in a row", Spot(variant="one cell"), 'a,b,ç\n1,"x, y",2,\n3,z,4\n5,w,\n'),
        ("one delimiter too many in a row", Spot("middle", "middle"), 'a,b,ç\n1,"x, y",2\n3,,z,4\n5,w,\n'),
        ("one delimiter missing in a row", Spot("middle", "last"), 'a,b,ç\n1,"x, y",2\n3,z4\n5,w,\n'),
        ("another delimiter in a row", Spot(variant=";"), "a,b,ç\n1;x, y;2\n3,z,4\n5,w,\n"),
        ("an extra quote", Spot("middle", "middle", "before the cell"), 'a,b,ç\n1,"x, y",2\n3,"z,4\n5,w,\n'),
        ("a missing closing quote", Spot("middle", "last", "plain"), 'a,b,ç\n1,"x, y",2\n3,z,"unclosed\n5,w,\n'),
        ("quote `'` around all cells", Spot(), "a,b,ç\n'1','x, y','2'\n'3','z','4'\n'5','w',''\n"),
        ("delimiter `, `", Spot(variant="comma and blank"), 'a, b, ç\n1, "x, y", 2\n3, z, 4\n5, w, \n'),
        ("line ends", Spot(variant="mixed"), 'a,b,ç\n1,"x, y",2\r\n3,z,4\r5,w,\r\n'),
        ("byte order mark", Spot(variant="UTF-8"), '\ufeffa,b,ç\n1,"x, y",2\n3,z,4\n5,w,\n'),
    ],
)
def test_a_kind_changes_the_file_as_its_name_says(name: str, spot: Spot, content: str) -> None:
    assert polluted(name, spot) == content


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_kind_changes_a_table_at_each_of_its_places_in_another_way(kind: Kind) -> None:
    found = {table: [pollute(table, [(kind, spot)]) for spot in kind.spots()] for table in clean_tables()}
    contents = [[draft.to_bytes() for draft in drafts if draft] for drafts in found.values()]

    assert all(any(drafts) for drafts in zip(*found.values(), strict=True))
    assert [len(set(files)) for files in contents] == [len(files) for files in contents]


READABLE_BY_CSV = (
    ("clean", Spot()),
    ("gzip", Spot()),
    ("doubled names", Spot(variant="one")),
    ("cut tails", Spot(variant="half")),
    ("extra empty cells in many rows", Spot()),
    ("quotes around all cells", Spot()),
    ("row names without a name", Spot(variant="blank name")),
    ("every line ends in a delimiter", Spot(variant="header too")),
)
"""Kinds after which Python's csv module still reads the records of the truth, below a header."""


@pytest.mark.parametrize(("name", "spot"), READABLE_BY_CSV)
@pytest.mark.parametrize("table", clean_tables(), ids=lambda table: f"{table.title}-{len(table.rows)}")
def test_the_truth_holds_the_records_of_the_file(name: str, spot: Spot, table: CleanTable) -> None:
    draft = pollute(table, [(kind_of(name), spot)])
    assert draft is not None
    content = draft.to_bytes()
    plain = (gzip.decompress(content) if draft.packed else content).decode()

    _, *rows = csv.reader(StringIO(plain, newline=""), delimiter=draft.dialect.delimiter)

    assert [record_of(row) for row in rows] == [record_of(row) for row in draft.rows]


def test_several_kinds_can_occur_in_one_file() -> None:
    kinds = [
        (kind_of("delimiter `;`"), Spot(variant=";")),
        (kind_of("doubled names"), Spot(variant="one")),
        (kind_of("title rows above"), Spot(variant="one")),
        (kind_of("line ends"), Spot(variant="CRLF")),
    ]

    draft = pollute(TABLE, kinds)

    assert draft is not None
    assert draft.names == ("a", "b", "a_2")
    assert draft.to_bytes() == b"Report of the statistics office\r\na;b;a\r\n1;x, y;2\r\n3;z;4\r\n5;w;\r\n"


@pytest.mark.parametrize("name", ALWAYS_READ)
def test_a_file_of_a_harmless_kind_is_read_wholly(name: str) -> None:
    scores = [score(case, read_here(case.content), own_names=False) for case in cases(kind_of(name))]

    assert mean(scores) == WHOLE
