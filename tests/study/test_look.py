import json

import numpy as np
import pytest

import fivefold as ff
from fivefold import cli
from fivefold.errors import ConfigError


@pytest.fixture
def path(frame, tmp_path):
    frame.to_csv(tmp_path / "rows.csv", index=False)
    return tmp_path / "rows.csv"


def test_look_draws_the_split_that_a_run_would_have(frame, pipeline):
    target = pipeline["collect"].target
    seen = ff.look(frame, target=target, seed=3)
    split = ff.Pipeline([*pipeline[:"preprocess"], ff.Split()])
    assert seen.sizes == ff.look(split, seed=3).sizes
    drawn = split.run(seed=3, progress=False)[ff.Partition]
    assert seen.sizes == tuple(map(len, (drawn.train, drawn.valid, drawn.test)))
    assert seen.how == drawn.how
    assert isinstance(seen, ff.Overview)


def test_look_without_a_target_shows_columns_and_what_is_odd():
    draw = np.random.default_rng(0)
    holes = np.where(draw.random(80) < 0.7, np.nan, draw.normal(size=80))
    seen = ff.look({"holes": holes, "town": draw.choice(["a", "b"], 80)})
    assert (seen.task, seen.sizes, seen.target) == ("", (), "")
    assert "mostly_missing" in [one.code for one in seen.findings]
    assert [one.role for one in seen.columns] == ["input", "input"]


def test_look_runs_the_stages_before_a_model_and_no_more(frame, pipeline):
    target = pipeline["collect"].target
    name = next(one for one in frame.columns if one != target and frame[one].dtype.kind == "f")
    stages = [
        ff.Collect(frame, target=target),
        ff.Split(test=0.5),
        ff.Derive({"twice": f"{name} * 2"}),
        *pipeline["preprocess":],
    ]
    seen = ff.look(ff.Pipeline(stages))
    made = next(one for one in seen.columns if one.name == "twice")
    assert "made of" in made.note
    assert abs(seen.sizes[2] - len(frame) / 2) <= 2


def test_look_refuses_settings_beside_a_pipeline_and_one_without_data(pipeline):
    with pytest.raises(ConfigError, match="expected settings or a pipeline, found both"):
        ff.look(pipeline, target="y")
    with pytest.raises(ConfigError, match="from its source on, found Preprocess"):
        ff.look(pipeline["preprocess":])


def test_shell_looks_and_gives_the_same_as_json(path, pipeline, capsys):
    target = pipeline["collect"].target
    assert cli.main(["look", str(path), "--target", target]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    seen = ff.look(path, target=target)
    assert lines == seen.text(80).splitlines()
    assert cli.main(["look", str(path), "--target", target, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(seen.to_json()))


def test_shell_tells_advice_in_its_own_words(path, capsys):
    assert cli.main(["look", str(path)]) == 0
    assert "--target" in capsys.readouterr().out


def test_shell_prints_no_sign_of_the_data_that_steers_it(tmp_path, capsys):
    path, sign = tmp_path / "rows.csv", "\x1b[31m\u202e"
    rows = [f"{sign}a,{row}.5,no\n{sign}b,{row},yes\n" for row in range(20)]
    path.write_text("".join([f"{sign}name,x,y\n", *rows]))
    assert cli.main(["look", str(path), "--target", "y"]) == 0
    assert cli.main(["look", str(path), "--target", f"{sign}y"]) == 2
    out, err = capsys.readouterr()
    for told in (out, err):
        assert "name" in told
        assert not {"\x1b", "\u202e"} & {*told}


def test_shell_compares_with_a_population_and_writes_a_page_of_all_sections(tmp_path, capsys):
    draw = np.random.default_rng(0)
    a = draw.normal(size=120)
    lines = [
        f"{n / 7},{n},{'fm'[int(one)]},{'no' if n < 0 else 'yes'}"
        for n, one in zip(a, draw.random(120) < 0.9, strict=True)
    ]
    (tmp_path / "rows.csv").write_text("\n".join(["a,b,sex,y", *lines]))
    (tmp_path / "census.json").write_text('{"sex": {"f": 0.5, "m": 0.5}}')
    words = ["look", str(tmp_path / "rows.csv"), "--target", "y", "--population"]
    page = tmp_path / "data.html"
    assert cli.main([*words, str(tmp_path / "census.json"), "--report", str(page)]) == 0
    text, told = capsys.readouterr().out, page.read_text()
    assert "people   Not as the population: `sex` (share of" in text
    assert "`a` and `b` 1.00" in text
    for title in ("Beside the population", "Columns that go together"):
        assert f"<h3>{title}</h3>" in told
    assert "<script" not in told
    seen = ff.look(tmp_path / "rows.csv", target="y")
    assert list(seen.tables) == [one.name for one in seen.sections if one.rows]
    assert seen.tables["associations"]["with"].tolist()[0] in ("a", "b")
