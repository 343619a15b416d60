"""Ask a server for one cube with clients that others wrote; print what they read, as JSON.

It runs in the environment of `tests/foreign/exports.lock`; its argument is the address of the statistics.
"""

import contextlib
import json
import logging
import sys
import tempfile
import urllib.request
import warnings

import pandas as pd
import sdmx
from pysdmx.io import read_sdmx

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)
ADDRESS, FLOW = sys.argv[1], "AGREEMENTS_BY_MONTH"
NAMES = ("freq", "event", "topic", "cnt_unit", "unit", "geo", "TIME_PERIOD")

result = {}
with contextlib.redirect_stdout(sys.stderr):
    sdmx.add_source({"id": "ACCORDGRAPH", "name": "AccordGraph", "url": ADDRESS}, override=True)
    client = sdmx.Client("ACCORDGRAPH")
    message = client.dataflow(FLOW)
    definition = message.structure[FLOW]
    result["labels"] = sorted(message.dataflow[FLOW].name.localizations)
    key = {"event": "entersIntoForceOn", "topic": "disconnection"}
    data = client.data(FLOW, dsd=definition, key=key)
    frame = sdmx.to_pandas(data).reset_index()
    result["sdmx1"] = {
        ".".join(row[:-1].astype(str)): float(row.iloc[-1]) for _, row in frame[[*NAMES, "value"]].iterrows()
    }
    for name in ("sdmx2.1.xml", "sdmx2.csv"):
        address = f"{ADDRESS}/data/{FLOW}/M.entersIntoForceOn.disconnection...?format={name}"
        with tempfile.NamedTemporaryFile(suffix=f".{name}") as file:
            file.write(urllib.request.urlopen(address).read())
            file.flush()
            (read,) = read_sdmx(file.name).data
        rows = read.data.to_dict("records")
        result[f"pysdmx, {name}"] = {
            ".".join(str(row[n]) for n in NAMES): float(row["OBS_VALUE"]) for row in rows
        }
    csv = pd.read_csv(f"{ADDRESS}/data/{FLOW}/M.entersIntoForceOn.disconnection...?format=csv", dtype=str)
    result["pandas"] = {".".join(row[list(NAMES)]): float(row["OBS_VALUE"]) for _, row in csv.iterrows()}
print(json.dumps(result))
