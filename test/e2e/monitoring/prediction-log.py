"""Loads a prediction log by the commands of docs/PREDICTION_LOG.md, and prints what it then knows of it as JSON.

Arguments: the folder of the log, and {"load": SQL, "rows": SQL, "shadows": SQL, "pandas": Python}.
"""

import json
import os
import sys

import duckdb
import pandas as pd

os.chdir(sys.argv[1])
commands = json.loads(sys.argv[2])

database = duckdb.connect()
database.execute(commands["load"])
columns = {name: kind for name, kind, *_ in database.execute("DESCRIBE predictions").fetchall()}


def dicts(sql):
    cursor = database.execute(sql)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row)) for row in cursor.fetchall()]


scope = {"pd": pd}
exec(commands["pandas"], scope)
frame = scope["predictions"]

print(
    json.dumps(
        {
            "columns": columns,
            "lines": dicts("SELECT model, method, msg, status, count(*) AS lines FROM predictions GROUP BY ALL ORDER BY ALL"),
            "times": dicts("SELECT count(*) AS lines FROM predictions WHERE time > TIMESTAMP '2020-01-01' AND ms >= 0"),
            "rows": dicts(commands["rows"]),
            "shadows": dicts(commands["shadows"]),
            "keys": dicts("SELECT count(DISTINCT keyHash) AS clients FROM predictions"),
            "pandas": {
                "lines": len(frame),
                "time": str(frame["time"].dtype),
                "ids": sorted({type(value).__name__ for value in frame["id"]}),
                "outputs": sorted({type(value).__name__ for value in frame["outputs"].dropna()}),
                "inputs": sorted({type(value).__name__ for value in frame["inputs"].dropna()}),
                "models": frame.groupby("model").size().to_dict(),
            },
        },
        default=str,
    )
)
