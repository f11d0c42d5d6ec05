"""Sequences from a FASTA file to the bundle: one answer at every door."""

import json
import threading
import urllib.request

import numpy as np
import pandas as pd
import pytest
import uvicorn

import fivefold as ff
from fivefold.cli import main
from fivefold.serve.app import create_app
from fivefold.testing import check_no_leak


def write_genes(path, rows=120):
    """Pieces of 30 to 60 bases; in half of them there is a site."""
    rng = np.random.default_rng(0)
    lines = []
    for row in range(rows):
        bases = "".join(rng.choice([*"ACGT"], rng.integers(30, 61)))
        bases = bases[:10] + "TTGACATTGACA" + bases[22:] if row % 2 else bases
        lines += [f">gene{row} bound={'yes' if row % 2 else 'no'}", bases]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def genes(tmp_path_factory):
    return write_genes(tmp_path_factory.mktemp("genes") / "genes.fasta")


def stages(genes, epochs=3):
    collect = ff.Collect(genes, target="bound")
    return [collect, ff.Preprocess(), ff.Train(epochs=epochs), ff.Evaluate()]


@pytest.fixture(scope="module")
def served(genes, tmp_path_factory):
    path = tmp_path_factory.mktemp("bundle") / "genes.ff"
    result = ff.Pipeline([*stages(genes), ff.Deploy(path)]).run(seed=0, progress=False)
    return result, ff.load(path), path


@pytest.mark.slow
def test_bundle_answers_as_the_run_at_every_door(served, genes, tmp_path):
    result, model, path = served
    wanted = result.predict_proba(str(genes))
    settings = result[ff.Trained].settings
    assert (settings.network, len(wanted)) == ("seqblend", 120)
    assert settings.trees_weight > 0
    texts = genes.read_text().splitlines()[1::2]
    forms = {
        "file": str(genes),
        "frame": pd.DataFrame({"sequence": texts}),
        "records": [{"sequence": text.lower()} for text in texts],
    }
    for form, rows in forms.items():
        found = model.predict_proba(rows)
        np.testing.assert_allclose(found, wanted, atol=1e-5, err_msg=form)
    out = tmp_path / "answers.csv"
    assert main(["predict", str(path), str(genes), "--to", str(out)]) == 0
    assert len(pd.read_csv(out)) == 120


@pytest.mark.slow
def test_server_answers_short_long_and_foreign_sequences(served):
    result, model, _ = served
    server = uvicorn.Server(uvicorn.Config(create_app(model), port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    (socket,) = server.servers[0].sockets
    rows = [{"sequence": text} for text in ("A", "ACGT" * 5000, "A-C*ZZ", "TTGACATTGACA" * 3)]
    try:
        request = urllib.request.Request(
            f"http://127.0.0.1:{socket.getsockname()[1]}/predict",
            json.dumps({"instances": rows}).encode(),
            {"content-type": "application/json"},
        )
        answers = json.load(urllib.request.urlopen(request))
    finally:
        server.should_exit = True
        thread.join()
    assert answers["classes"] == ["no", "yes"]
    wanted = result.predict_proba(rows)
    np.testing.assert_allclose(answers["probabilities"], wanted, atol=1e-5)


@pytest.mark.slow
def test_report_tells_the_composition_of_each_class(served):
    result, _, _ = served
    table = result.tables["composition"].set_index("symbol")
    assert list(table.index) == [*"ACGT"]
    np.testing.assert_allclose(table[["share", "no", "yes"]].sum(), 1)
    assert table.loc["T", "yes"] > table.loc["T", "no"]


@pytest.mark.slow
def test_training_on_sequences_looks_at_no_other_rows(genes):
    check_no_leak(ff.Pipeline(stages(genes, epochs=1)))
