"""What mlcroissant reads of the descriptions that `to_croissant` writes, row by row.

mlcroissant is not installed beside fivefold; name the python of an environment that has it:

    python -m venv /tmp/reader && /tmp/reader/bin/pip install mlcroissant pillow pyarrow
    python tests/benchmarks/croissants.py --reader /tmp/reader/bin/python
"""

import argparse
import json
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

import fivefold as ff

READ = """
import json, logging, sys
import mlcroissant as mlc
import numpy as np
heard = []
class Heard(logging.Handler):
    def emit(self, record): heard.append(record.getMessage())
for name in ("absl", None): logging.getLogger(name).addHandler(Heard())
dataset = mlc.Dataset(jsonld=sys.argv[1])
rows = list(dataset.records(record_set="rows"))
def plain(value):
    if isinstance(value, bytes): return value.decode("utf-8", "replace")[:9]
    if hasattr(value, "tobytes") and hasattr(value, "size") and not hasattr(value, "dtype"):
        value = np.asarray(value)
    if isinstance(value, (list, np.ndarray)):
        return float(np.sum([np.sum(each) for each in value]))
    return str(value)
issues = dataset.metadata.ctx.issues
print(json.dumps({
    "version": dataset.metadata.ctx.conforms_to.value,
    "errors": sorted(issues.errors), "warnings": [*sorted(issues.warnings), *heard],
    "rows": len(rows), "first": {k: plain(v) for k, v in rows[0].items()},
}))
"""
ANSWERS = {
    "title": "Data",
    "purpose": "To be read back.",
    "creators": "Nobody",
    "published": "2026-11-27",
    "url": "https://example.org/data",
    "licence": "https://creativecommons.org/publicdomain/zero/1.0/",
    "citation": "Nobody, 2026",
    "version": "1.0.0",
}


def sets() -> dict[str, ff.Collect]:
    """Data of several kinds."""
    rng = np.random.default_rng(0)
    mixed = pd.DataFrame({
        "size (m2)": rng.normal(50, 9, 60),
        "floors": rng.integers(1, 4, 60),
        "cellar": rng.random(60) < 0.5,
        "since": pd.date_range("2001-01-01", periods=60, freq="D"),
        "street": rng.choice(["Main", "Mill"], 60),
        "open": rng.choice(["yes", "no"], 60),
    })  # fmt: skip
    mixed.loc[3, "size (m2)"] = np.nan
    series = {"wave": list(rng.normal(size=(40, 30, 2))), "y": ["a", "b"] * 20}
    clips = {"clip": [(rng.normal(size=400), 8_000) for _ in range(30)], "y": ["a", "b"] * 15}
    photos = [rng.integers(0, 255, (6 + n % 3, 8, 3), dtype=np.uint8) for n in range(30)]
    return {
        "mixed": ff.Collect(mixed, target="open", test_source=mixed[:9]),
        "digits": ff.Collect("sklearn:digits"),
        "photos of several sizes": ff.Collect((photos, ["a", "b"] * 15)),
        "series": ff.Collect(series, target="y"),
        "sounds": ff.Collect(clips, target="y", kinds={"clip": "audio"}),
    }


def main() -> None:
    """Write each, read it, and print what was read."""
    words = argparse.ArgumentParser()
    words.add_argument("--reader", required=True, help="a python that has mlcroissant")
    reader = words.parse_args().reader
    print(
        "| data | conforms to | rows | fields | errors | warnings |\n|---|---|---:|---:|---:|---:|"
    )
    for name, collect in sets().items():
        data = ff.Pipeline([collect]).run(seed=0, progress=False)[ff.Collected]
        with TemporaryDirectory() as folder:
            path = Path(folder) / "data.json"
            data.to_croissant(path, answers=ANSWERS)
            done = subprocess.run(
                [reader, "-c", READ, str(path)], capture_output=True, text=True, check=False
            )
        if done.returncode:
            print(f"| {name} | - | - | - | {done.stderr.strip().splitlines()[-1]} | |")
            continue
        read = json.loads(done.stdout.splitlines()[-1])
        assert read["rows"] == len(data.table), (name, read["rows"])
        print(
            f"| {name} | {read['version']} | {read['rows']:,} | {len(read['first'])} "
            f"| {len(read['errors'])} | {len(read['warnings'])} |"
        )
        for line in [*read["errors"], *read["warnings"]]:
            print(f"  {line}")
        print(f"  first row: {read['first']}")


if __name__ == "__main__":
    main()
