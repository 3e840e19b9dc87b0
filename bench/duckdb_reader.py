"""Read CSV files with DuckDB's sniffer; runs in DuckDB's environment: `python duckdb_reader.py FILE …`.

Prints one line of JSON for each file: its names and rows as text, or null if DuckDB refuses the file.
"""

import json
import sys

import duckdb

connection = duckdb.connect(config={"threads": 1})
for path in sys.argv[1:]:
    try:
        found = connection.execute("SELECT * FROM read_csv_auto(?, all_varchar = true)", [path])
        names = [column[0] for column in found.description]
        rows = [["" if cell is None else cell for cell in row] for row in found.fetchall()]
    except (duckdb.Error, UnicodeDecodeError):
        print("null")
    else:
        print(json.dumps([names, rows]))
