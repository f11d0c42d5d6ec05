import json
import subprocess
import sys

import numpy as np

ROWS = [
    {"age": 20, '"quoted"': True, "zip": 10001, "<1H OCEAN": "INLAND"},
    {"age": None, '"quoted"': None, "zip": None, "<1H OCEAN": None},
]


def test_replay_in_a_process_of_its_own_leaves_scores_by_door(bundle, model, tmp_path):
    """The folder is written by hand, as pandas, a CSV writer and a JSON writer would."""
    np.save(tmp_path / "0.npy", np.array([20.0, np.nan]))
    np.save(tmp_path / "2.npy", np.array([10001.0, np.nan]))
    (tmp_path / "1.json").write_text("[true, null]")
    (tmp_path / "3.json").write_text('["INLAND", null]')
    files = ["0.npy", "1.json", "2.npy", "3.json"]
    frame = [
        {"name": name, "file": file, "bytes": False}
        for name, file in zip(ROWS[0], files, strict=True)
    ]
    (tmp_path / "frame.json").write_text(json.dumps(frame))
    header = 'age,"""quoted""",zip,<1H OCEAN'
    (tmp_path / "rows.csv").write_text(f"{header}\n20,True,10001,INLAND\n,,,\n")
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    command = [sys.executable, "-m", "fivefold.serve.replay", str(bundle), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    report = json.loads(done.stdout)
    assert report == {
        "digest": model.digest,
        "doors": ["frame", "csv", "json", "synthetic"],
        "heavy": [],
    }
    for door in ("frame", "csv", "json"):
        found = np.load(tmp_path / f"scores-{door}.npy")
        np.testing.assert_array_equal(found, model.scores(ROWS))
