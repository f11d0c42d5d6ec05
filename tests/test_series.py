"""Series from arrays, files and long tables to the bundle: one answer at every door."""

import json

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.cli import main
from fivefold.errors import RequestError
from fivefold.testing import check_no_leak


def waves(count=60, seed=0):
    """Slow waves and fast ones of two channels, 20 to 40 steps long, some numbers missing."""
    rng = np.random.default_rng(seed)
    series, labels = [], []
    for row in range(count):
        time = np.arange(rng.integers(20, 40))
        wave = np.sin((0.3 + 0.5 * (row % 2)) * time + rng.uniform(0, 6))
        both = np.stack([wave, rng.normal(size=len(time))], axis=1)
        both[rng.random(both.shape) < 0.03] = np.nan
        series.append(both)
        labels.append(["slow", "fast"][row % 2])
    return series, labels


def long_table(series, labels):
    rows = [
        {"id": f"s{place}", "t": step, "u": u, "v": v, "speed": label, "size": place % 5}
        for place, (one, label) in enumerate(zip(series, labels, strict=True))
        for step, (u, v) in enumerate(one)
    ]
    return pd.DataFrame(rows).sample(frac=1, random_state=0)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    path = tmp_path_factory.mktemp("bundle") / "waves.ff"
    series, labels = waves()
    stages = [ff.Collect({"wave": series, "speed": labels}, target="speed"), ff.Preprocess()]
    stages += [ff.Train(epochs=2), ff.Evaluate(), ff.Deploy(path)]
    result = ff.Pipeline(stages).run(seed=0, progress=False)
    return result, ff.load(path), path, series


@pytest.mark.slow
def test_bundle_answers_as_the_run_at_every_door(served, tmp_path):
    result, model, _, series = served
    settings = result[ff.Trained].settings
    assert settings.network == "seriesblend"
    assert 0 < settings.forest_weight < 1
    assert {"its network", "its forest"} <= {
        name.split(" (")[0] for name in result[ff.Evaluated].tables["model_comparison"]["model"]
    }
    wanted = result.predict_proba(pd.DataFrame({"wave": series}))
    plain = [[[None if v != v else v for v in row] for row in one.tolist()] for one in series]
    for place, one in enumerate(series):
        np.save(tmp_path / f"{place:03}.npy", one)
    frame = pd.DataFrame({"wave": [json.dumps(one) for one in plain]})
    frame.to_csv(tmp_path / "rows.csv", index=False)
    forms = {
        "records": [{"wave": one} for one in plain],
        "texts": frame,
        "csv": str(tmp_path / "rows.csv"),
        "values": series,
        "files": sorted(tmp_path.glob("*.npy")),
    }
    for form, rows in forms.items():
        found = model.predict_proba(rows)
        np.testing.assert_allclose(found, wanted, atol=1e-5, err_msg=form)


@pytest.mark.slow
def test_page_and_contract_say_how_numbers_are_given(served):
    from fivefold.serve.page import render_page

    _, model, _, _ = served
    [field] = model.contract.to_json()["inputs"]
    assert (field["control"], field["channels"], field["shape"][1]) == (
        "numbers",
        "2 channels",
        2,
    )
    page = render_page(model.contract)
    assert "Open a file of numbers" in page
    assert model.predict([{"wave": field["example"]}])[0] in {"slow", "fast"}
    assert model.predict([{"wave": "u,v\n0.1,2\n0.4,1"}])[0] in {"slow", "fast"}
    with pytest.raises(RequestError, match="2 channels a step are wanted, it has 3") as caught:
        model.predict([{"wave": None}, {"wave": [[1, 2, 3]]}])
    assert (caught.value.facts["row"], caught.value.facts["column"]) == (1, "wave")


@pytest.mark.slow
def test_report_shows_the_parts_of_the_answer(served):
    result, _, _, _ = served
    page = result.report()
    assert "seriesblend: network" in page
    assert "Examples of wave" in page


@pytest.mark.slow
def test_long_table_is_learnt_and_answered_as_it_came(tmp_path, capsys):
    series, labels = waves()
    frame = long_table(series, labels)
    source, bundle = tmp_path / "long.csv", tmp_path / "long.ff"
    frame.to_csv(source, index=False)
    stages = [
        ff.Collect(source, target="speed", series_id="id", step="t"),
        *(ff.Preprocess(), ff.Train(epochs=2), ff.Evaluate(), ff.Deploy(bundle)),
    ]
    result = ff.Pipeline(stages).run(seed=0, progress=False)
    assert len(result[ff.Collected].table) == 60
    assert result[ff.Deployed].parity["source_process"] == "fresh"
    assert result[ff.Trained].settings.network == "mixblend"
    assert [column.name for column in result[ff.Collected].schema.inputs] == ["series", "size"]
    model = ff.load(bundle)
    ids = frame["id"].drop_duplicates().str[1:].astype(int).tolist()
    rows = [{"series": series[row].tolist(), "size": row % 5} for row in ids]
    clean = [
        {**r, "series": [[None if v != v else v for v in step] for step in r["series"]]}
        for r in rows
    ]
    wanted = model.predict_proba(clean)
    np.testing.assert_allclose(model.predict_proba(frame), wanted, atol=1e-5)
    np.testing.assert_allclose(model.predict_proba(str(source)), wanted, atol=1e-5)
    assert main(["predict", str(bundle), str(source), "--to", str(tmp_path / "out.csv")]) == 0
    assert len(pd.read_csv(tmp_path / "out.csv")) == 60
    capsys.readouterr()


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["csv", "npy"])
def test_folder_of_files_is_learnt_and_answered(tmp_path, ending):
    folder = tmp_path / "waves"
    for place, (one, label) in enumerate(zip(*waves(), strict=True)):
        path = folder / label / f"{place:03}.{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        if ending == "csv":
            pd.DataFrame(one, columns=["u", "v"]).to_csv(path, index=False)
        else:
            np.save(path, one)
    (folder / "slow" / f"bad.{ending}").write_bytes(b"\x93NUMPY cut short")
    stages = [ff.Collect(folder), ff.Preprocess(), ff.Train("tcn", epochs=1), ff.Evaluate()]
    result = ff.Pipeline([*stages, ff.Deploy(tmp_path / "w.ff")]).run(progress=False)
    told = {finding.code: finding.numbers for finding in result[ff.Collected].findings}
    assert told["unreadable_series"]["count"] == 1
    (folder / "slow" / f"bad.{ending}").unlink()
    assert len(ff.load(tmp_path / "w.ff").predict(str(folder))) == 60


@pytest.mark.slow
def test_training_on_series_looks_at_no_other_rows():
    series, labels = waves(40)
    stages = [ff.Collect({"wave": series, "speed": labels}, target="speed"), ff.Preprocess()]
    check_no_leak(ff.Pipeline([*stages, ff.Train(epochs=1), ff.Evaluate()]))


@pytest.mark.slow
@pytest.mark.parametrize("model", ["gru", "kernels", "inceptiontime"])
def test_networks_by_name_learn_numbers_and_export(model, tmp_path):
    series, _ = waves()
    target = [float(np.nanmean(one[:, 0] ** 2)) for one in series]
    stages = [ff.Collect({"wave": series, "y": target}, target="y"), ff.Preprocess()]
    stages += [ff.Train(model, epochs=1), ff.Evaluate(), ff.Deploy(tmp_path / "w.ff")]
    result = ff.Pipeline(stages).run(progress=False)
    assert result[ff.Deployed].parity["fresh_process"]


def drawn(what, count=200):
    """Series of two classes that differ in one thing, and in nothing that is easier to see."""
    rng = np.random.default_rng(0)
    series = []
    for row in range(count):
        second = row % 2
        steps = int(rng.integers(60, 100))
        time, one = np.arange(steps), rng.normal(size=steps)
        if what == "frequency":
            one = 0.6 * one + np.sin((0.5 + 0.12 * second) * time + rng.uniform(0, 6))
        elif what == "shape":
            begin, turn = int(rng.integers(0, steps - 16)), np.sin(np.linspace(0, 2 * np.pi, 16))
            one[begin : begin + 16] += 2.5 * (turn if second else -turn)
        elif what == "level":
            one = one + 0.5 * second
        else:
            one = one + 1.5 * second * time / steps + rng.normal(0, 3)
        series.append(one)
    return series, [row % 2 for row in range(count)]


@pytest.mark.slow
@pytest.mark.parametrize("what", ["frequency", "shape", "level", "trend"])
def test_default_finds_what_two_classes_of_series_differ_in(what):
    series, labels = drawn(what)
    stages = [ff.Collect({"s": series, "y": labels}, target="y"), ff.Preprocess()]
    result = ff.Pipeline([*stages, ff.Train(epochs=10), ff.Evaluate()]).run(progress=False)
    assert result.metrics["accuracy"] >= 0.85


@pytest.mark.slow
def test_default_predicts_the_number_of_a_series():
    rng = np.random.default_rng(0)
    rate = rng.uniform(0.1, 1.0, 200)
    series = [
        np.sin(one * np.arange(rng.integers(40, 80)) + rng.uniform(0, 6)) for one in rate.tolist()
    ]
    stages = [ff.Collect({"s": series, "rate": rate}, target="rate"), ff.Preprocess()]
    result = ff.Pipeline([*stages, ff.Train(epochs=5), ff.Evaluate()]).run(progress=False)
    assert result[ff.Trained].settings.network == "seriesblend"
    assert result.metrics["r2"] > 0.9
