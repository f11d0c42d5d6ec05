"""What a served answer costs beside a hand-written app, and what many large requests weigh.

`python tests/benchmarks/serving.py FOLDER` trains the default on `adult.csv` of that folder and
serves it twice, each in a process of its own: by `fivefold serve`, and by an app of FastAPI with
the same graph and its own look-up tables, as one writes it by hand. One client asks both for one
row at a time on one kept connection, in turn; then 40 clients ask fivefold at once for 4,096 rows
each.
`--quick` tries the script, and its numbers mean nothing.
"""

import argparse
import http.client
import json
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
from machine import conditions, sentence, table
from predict import trained
from rounds import quartiles

import fivefold as ff

CLIENTS, ROWS = 40, 4096


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    made.add_argument("folder", type=Path)
    made.add_argument("--rounds", type=int, default=9)
    made.add_argument("--requests", type=int, default=1000, help="of a round")
    made.add_argument("--quick", action="store_true", help="few epochs and requests, two rounds")
    made.add_argument("--bundle", type=Path, help="of adult, deployed before")
    made.add_argument("--by-hand", metavar="BUNDLE", help=argparse.SUPPRESS)
    return made


def main(arguments: list[str]) -> int:
    asked = parser().parse_args(arguments)
    if asked.by_hand is not None:
        serve_by_hand(asked.by_hand)
        return 0
    if asked.quick:
        asked.rounds, asked.requests = 2, 50
    facts = conditions("torch", "onnxruntime", "fastapi", "uvicorn") | {"rounds": asked.rounds}
    print(sentence(facts), flush=True)
    source = asked.folder / "adult.csv"
    with TemporaryDirectory() as folder:
        bundle = asked.bundle or trained(source, Path(folder) / "adult.ff", quick=asked.quick)
        rows = pd.read_csv(source, nrows=ROWS, na_values="?").drop(columns="income")
        rows = rows.astype(object).where(rows.notna(), None).to_dict("records")
        print(f"\n{one_by_one(bundle, rows, asked.rounds, asked.requests)}", flush=True)
        print(f"\n{all_at_once(bundle, rows)}", flush=True)
    return 0


def one_by_one(bundle: Path, rows: list[dict[str, Any]], rounds: int, requests: int) -> str:
    hand = [__file__, ".", "--by-hand", str(bundle)]
    ours = ["-m", "fivefold.cli", "serve", str(bundle), "--port", "0"]
    found: dict[str, list[float]] = {"hand": [], "ours": []}
    with serving(hand) as (_, first), serving(ours) as (_, second):
        clients = {"hand": kept(first), "ours": kept(second)}
        told = {name: ask(client, rows[:8]) for name, client in clients.items()}
        assert told["hand"]["predictions"] == told["ours"]["predictions"]
        for number in range(rounds):
            names = list(clients) if number % 2 == 0 else list(reversed(clients))
            for name in names:
                seconds = []
                for place in range(requests):
                    begun = time.perf_counter()
                    ask(clients[name], [rows[place % len(rows)]])
                    seconds.append(time.perf_counter() - begun)
                found[name].append(statistics.median(seconds))
    low, middle, high = quartiles([o / h for h, o in zip(*found.values(), strict=True)])
    medians = [f"{1e3 * statistics.median(values):.3f}" for values in found.values()]
    head = ["one row, one kept connection", "ratio", "quartiles", "by hand, ms", "fivefold, ms"]
    row = ["median", f"**{middle:.2f}**", f"{low:.2f} to {high:.2f}", *medians]
    return f"fivefold serve / a hand-written app\n\n{table(head, [row])}"


def all_at_once(bundle: Path, rows: list[dict[str, Any]]) -> str:
    ours = ["-m", "fivefold.cli", "serve", str(bundle), "--port", "0"]
    with serving(ours) as (process, port):
        before = memory(process.pid)
        begun = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as pool:
            told = list(pool.map(lambda _: ask(kept(port), rows), range(CLIENTS)))
        seconds = time.perf_counter() - begun
        peak = memory(process.pid)
    assert all(len(one["predictions"]) == len(rows) for one in told)
    head = ["requests at once", "rows of each", "peak, MB", "at rest, MB", "seconds"]
    row = [str(CLIENTS), f"{len(rows):,}", f"**{peak:.0f}**", f"{before:.0f}", f"{seconds:.1f}"]
    return f"fivefold serve under many large requests\n\n{table(head, [row])}"


@contextmanager
def serving(words: list[str]) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server in a process of its own, and its port."""
    command = [sys.executable, "-u", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        while not (found := re.search(r"http://[^:]+:(\d+)", process.stdout.readline())):
            if process.poll() is not None:
                raise RuntimeError(" ".join(words))
        try:
            yield process, int(found[1])
        finally:
            process.send_signal(signal.SIGTERM)


def kept(port: int) -> http.client.HTTPConnection:
    client = http.client.HTTPConnection("127.0.0.1", port)
    client.connect()
    client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def ask(client: http.client.HTTPConnection, rows: list[dict[str, Any]]) -> Any:
    """The answer to these rows; a server that has too much to do is asked again."""
    body = json.dumps({"instances": rows})
    while True:
        client.request("POST", "/predict", body, {"Content-Type": "application/json"})
        response = client.getresponse()
        content = response.read()
        if response.status != 503:
            return json.loads(content)
        time.sleep(float(response.headers["Retry-After"]))


def memory(process: int) -> float:
    """The most megabytes that a process has held."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024


def serve_by_hand(bundle: str) -> None:
    """An app as one writes it: the columns, the tables, the graph."""
    import numpy as np
    import onnxruntime
    import uvicorn
    from fastapi import FastAPI, Request

    model = ff.load(bundle)
    codec = model._codec
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(bytes(model.bundle["model.onnx"]), options)
    numeric, categorical = codec.blocks
    tables = {
        column.name: {label: code for code, label in enumerate(column.state.categories, 2)}
        for column in categorical.columns
    }
    numbers = [column.name for column in numeric.columns]
    state, classes = numeric.state, list(model.classes)
    app = FastAPI()

    @app.post("/predict")
    async def predict(request: Request) -> dict[str, Any]:
        rows = (await request.json())["instances"]
        cells = [[float("nan") if r[n] is None else r[n] for n in numbers] for r in rows]
        numeric = encode_numeric(np.array(cells, np.float64), state)
        codes = [[0 if r[n] is None else t.get(r[n], 1) for n, t in tables.items()] for r in rows]
        scores = session.run(["scores"], {"numeric": numeric, "codes": np.array(codes, np.int32)})[
            0
        ]
        labels = [classes[place] for place in scores.argmax(axis=1).tolist()]
        return {"predictions": labels, "classes": classes, "probabilities": scores.tolist()}

    from fivefold.kinds.scaling import encode_numeric
    from fivefold.serve.server import listen

    listener = listen("127.0.0.1", 0)
    print(f"http://127.0.0.1:{listener.getsockname()[1]}")
    uvicorn.Server(uvicorn.Config(app, log_level="error")).run([listener])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
