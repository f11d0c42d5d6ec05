import re

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

import fivefold as ff
from fivefold.evaluate.effort import energy, machine_peak, rows_bytes


@pytest.fixture(scope="module")
def result():
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(300, 4)), columns=list("abcd"))
    frame["y"] = np.where(frame["a"] > 0, "up", "down")
    stages = [ff.Collect(frame, target="y"), ff.Preprocess()]
    network = ff.Train(lambda inputs, outputs: nn.Linear(inputs, outputs), epochs=2, threads=1)
    return ff.Pipeline([*stages, network, ff.Evaluate(baselines=())]).run(
        seed=0, device="cpu", progress=False
    )


def told(result):
    table = result.tables["hardware"]
    return dict(zip(table["quantity"], table["value"], strict=True))


def test_operations_of_a_linear_network_equal_a_hand_computation(result):
    facts = told(result)
    assert facts["operations of a row"] == "8 FLOP"  # 4 inputs, a multiplication and an addition
    assert facts["operations of a row in training"] == "16 FLOP"  # and the gradient of 4 weights
    train, valid = len(result[ff.Preprocessed].train), len(result[ff.Preprocessed].valid)
    total = 2 * (16 * train + 8 * valid)
    assert facts["operations of training"] == f"{total / 1e3:.3g} kFLOP"


def test_energy_is_seconds_times_what_cores_and_memory_take(result):
    trained = result[ff.Trained]
    gibibytes = trained.resources.peak_bytes / 2**30
    by_hand = (12 + 0.3725 * gibibytes) * trained.resources.seconds / 3600
    found = float(re.match(r"([\d.e-]+) Wh \(assumed: 1 core", energy(trained))[1])
    assert found == pytest.approx(by_hand, rel=0.01)
    assert energy(trained.replace(resources={})) == "not measured"


def test_fraction_of_the_peak_is_below_one(result):
    share = told(result)["fraction of the peak"]
    assert 0 <= float(share.rstrip("%")) < 100


def test_machine_peak_is_the_speed_of_products():
    found = machine_peak("cpu", threads=1)
    left = torch.ones(256, 256)
    assert 1e8 < found < 1e14
    assert (left @ left)[0, 0] == 256


def test_bytes_of_rows_are_those_of_their_arrays(result):
    collected, data = result[ff.Collected], result[ff.Preprocessed]
    numbers = 300 * (4 * 8 + 4 * 4 + 8)  # raw and encoded numbers, and the targets
    labels = sum(len(pd.unique(np.array(["up", "down"]))) for _ in range(1)) * 60 + 300 * 8
    assert numbers <= rows_bytes(data, collected) <= numbers + labels


def test_a_module_that_cannot_be_counted_says_so(result):
    class Refuses(nn.Linear):
        def forward(self, table):
            raise RuntimeError("not today")

    from fivefold.evaluate.effort import effort

    trained = result[ff.Trained]
    trained.model.body, kept = Refuses(4, 1), trained.model.body
    try:
        table = effort(trained, result[ff.Preprocessed], result[ff.Collected])
    finally:
        trained.model.body = kept
    facts = dict(zip(table["quantity"], table["value"], strict=True))
    assert facts["operations of a row"] == "not measured: not today"
    assert facts["fraction of the peak"] == "not measured"


MEMORY = """
import sys
import numpy as np, pandas as pd
import fivefold as ff
from fivefold.evaluate.effort import COPIES, rows_bytes
rows = int(sys.argv[1])
random = np.random.default_rng(0)
frame = pd.DataFrame(random.normal(size=(rows, 10)), columns=[f"n{k}" for k in range(10)])
for k in range(4):
    frame[f"c{k}"] = random.choice(list("abcdefgh"), rows)
frame["y"] = np.where(frame["n0"] + frame["n1"] > 0, "up", "down")
frame.to_csv(sys.argv[2], index=False)
del frame
stages = [ff.Collect(sys.argv[2], target="y"), ff.Preprocess(), ff.Train("mlp", epochs=1)]
pipeline, until = ff.Pipeline([*stages, ff.Evaluate(baselines=())]), sys.argv[3]
result = pipeline.run(seed=0, progress=False, until=until)
if until == "train":
    print(result[ff.Trained].resources.peak_bytes / 1e6)
else:
    table = result.tables["hardware"]
    facts = dict(zip(table["quantity"], table["value"]))
    print(facts["peak memory with 10 times the rows"].split()[0])
"""


@pytest.mark.slow
def test_memory_for_ten_times_the_rows_is_predicted_within_a_quarter(tmp_path):
    import subprocess
    import sys

    def run(rows, until):
        command = [sys.executable, "-c", MEMORY, str(rows), str(tmp_path / "rows.csv"), until]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return float(done.stdout)

    predicted = run(15_000, "evaluate")
    found = run(150_000, "train")
    assert predicted == pytest.approx(found, rel=0.25)
