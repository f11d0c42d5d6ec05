"""Whatever is wrong with what the shell is given, the option that gave it is named."""

import argparse
import json
import shlex
import shutil
from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold import cli
from fivefold.commands.arguments import pipeline_of
from fivefold.commands.flags import OF_ANOMALIES, STAGES, flags
from fivefold.commands.meant import Form
from fivefold.commands.phrasing import APART, PREFIXED, SAID_OTHERWISE
from fivefold.commands.spoken import Spoken
from fivefold.core.faults import raise_all
from fivefold.errors import ConfigError, PreflightError

BUNDLE = Path(__file__).parent.parent / "bundles" / "two_classes.ff"

COLUMN = ("no such column", "")
NUMBER = ("-3", "x")
FOLDER = ("file.txt", "")
WRONG = {
    "--require": ("leak", "no_score=1"),
    "--prediction": ["no such"],
    "--train": ["no_such.csv"],
    "--of": ["no such class"],
    "--first": ["0", "x"],
    "--population": ["no_such.csv"],
    "--target": COLUMN,
    "--task": ("clustering", ""),
    "--drop": COLUMN,
    "--not-missing": ("town", "no such column=NA"),
    "--order": ("no such class", ""),
    "--test-source": ("none.csv", ""),
    "--group": COLUMN,
    "--time": COLUMN,
    "--until": COLUMN,
    "--weight": COLUMN,
    "--exposure": COLUMN,
    "--classes": ("no such class", ""),
    "--pretrained": ("none.ff", ""),
    "--pretrained-into": ("timm:none", ""),
    "--pretrained-head": ("old", ""),
    "--pretrained-thaw": ("0", "x"),
    "--pretrained-decay": ("2", "x"),
    "--pretrained-sha256": ("abc", ""),
    "--privacy-epsilon": ("0", "x"),
    "--privacy-noise-multiplier": ("0", "x"),
    "--privacy-delta": ("2", "x"),
    "--privacy-clip": ("0", "x"),
    "--privacy-accountant": ("none",),
    "--clean-columns": ("no such column", "a"),
    "--clean-merge": ("town:A", "no such column:A=B", '{"town": "A'),
    "--clean-bounds": ("a=x,y", "a=3,1", "a=3", "town=0,1"),
    "--derive": ("area", "area=", "area=a *", "area=nope + 1"),
    "--derive-tables": ("km", '{"km"}', '{"km": 3}'),
    "--derive-kinds": ("nope=text", "area=colour", ""),
    "--threshold": ("2", "yes:nope=3", '{"yes": 3}'),
    "--like": ("none.ff", ""),
    "--kinds": ("a", "a=colour", "no such column=text"),
    "--decimal": ("::", "no such column=."),
    "--thousands": ("::", "no such column=."),
    "--date-format": ("day", ""),
    "--delimiter": ("::", ""),
    "--encoding": ("utf-3", ""),
    "--skip": NUMBER,
    "--series-id": ("",),
    "--step": ("a", ""),
    "--root": ("",),
    "--horizon": ("0", *NUMBER),
    "--history": ("0", *NUMBER),
    "--stride": ("0", *NUMBER),
    "--past": ("no such column", ""),
    "--known": ("no such column", ""),
    "--by": ("groups", ""),
    "--test": ("no such group", "1.5", ""),
    "--valid": ("no such group", ""),
    "--positive": ("no such class", ""),
    "--model": ("mpl", ""),
    "--metric": ("speed", ""),
    "--similar": ("0.1", "0.8", "x"),
    "--ahead": ("5", *NUMBER),
    "--embargo": ("5", *NUMBER),
    "--folds": ("1", *NUMBER),
    "--false-alarms": ("0", "1.5", "x"),
    "--base-rate": ("0.1", "x"),
    "--robustness": NUMBER,
    "--shortcuts": NUMBER,
    "--membership": NUMBER,
    "--sensitive": COLUMN,
    "--reweigh": COLUMN,
    "--equalise": COLUMN,
    "--equalise-parity": ("odds", "demographic_parity"),
    "--epochs": ("0", *NUMBER),
    "--quality": ("medium", ""),
    "--to": ("none/here", ""),
    "--with": ("none.py", "none/here.py", "file.txt", ""),
    "--better-than": ("file.txt", ""),
    "--seed": NUMBER,
    "--report": ("none/here.html", ""),
    "--recipe": ("none/here.json", ""),
    "--device": ("gpu", "cuda:99", ""),
    "--directory": FOLDER,
    "--cache": FOLDER,
    "--log": ("none/here.jsonl", ""),
    "--trials": ("0", *NUMBER),
    "--fractions": ("0.5,x", "0.5,1", ""),
    "--seconds": ("0", "-1", "nan", "x"),
    "--nested": ("1", *NUMBER),
    "--jobs": ("0", "-2", "x"),
    "--models": ("deep,linear", "linear", ""),
    "--data": ("none.csv", ""),
    "--columns": ("no such column", ""),
    "--query": ("select 1 as a", ""),
    "--parameters": ("x", "low=3", ""),
    "--join": ("others.csv", ""),
    "--answer": ("essay", ""),
    "--scale": ("5", "5,1", ""),
    "--guide": ("none.md", ""),
    "--people": ("ann,ann", ""),
    "--budget": ("0", *NUMBER),
    "--overlap": ("2", "x"),
    "--strategy": ("guess", ""),
    "--aggregate": ("visits", ""),
    "--delay": ("visits", "visits=1d", "visits=soon"),
    "--within": ("visits", ""),
    "--archive": ("none/here.warc.gz", ""),
    "--repeats": ("0", *NUMBER),
    "--take": ("none.json", "file.txt", ""),
    "--offsets": ("bytes", ""),
    "--datasheet": ("none.md", "file.txt", ""),
    "--card": ("none.md", "file.txt", ""),
    "--require-answers": ("no such question", ""),
    "--answers": ("none.md", "file.txt", ""),
    "--save": ("none/here", "file.txt", ""),
    "--croissant": ("none/here.json", "rows.parquet", ""),
    "--since": ("none", "file.txt", ""),
    "--key": ("a", ""),
    "--runtime": ("none", "file.txt"),
    "--threads": NUMBER,
    "--host": ("no such host", ""),
    "--port": ("99999", *NUMBER),
}
"""What each option cannot be."""

BESIDE = {
    **{key: ["--to", "new.ff"] for key in ("--better-than", "--datasheet", "--card")},
    "--require-answers": ["--to", "new.ff"],
    "--runtime": ["--to", "site"],
    "--metric": ["--trials", "1", "--models", "default,mlp"],
    **{
        f"--pretrained-{name}": ["--pretrained", "model.ff"]
        for name in ("into", "head", "thaw", "decay", "sha256")
    },
    **{f"--derive-{name}": ["--derive", "area=a * 2"] for name in ("tables", "kinds")},
}
"""What else is given to a command that takes it, for work to begin."""
ALWAYS = ("--to", "--pretrained", "--derive")
"""Of these what every command takes that takes the option."""
FREE = {"--missing"}
"""Options that take whatever is given."""
UNREAD = {
    *(("label", f"--{name}") for name in ("target", "positive", "classes", "repeats")),
    *(("agree", "--classes"), ("fetch", "--parameters"), ("fetch", "--key")),
}
"""What shows in rows alone, and commands that read none."""


def parsers():
    """The parser of every command."""
    return {command.name: command.parser() for command in cli.COMMANDS}


def options():
    """Every option that takes a value: the command's own; settings of stages once, of `run`."""
    for command, parser in parsers().items():
        for action in parser._actions:
            option = next(iter(action.option_strings), "")
            setting = action.dest in parser.table
            if not option or action.nargs == 0 or action.help == argparse.SUPPRESS:
                continue
            once = command in ("run", "label", "scrape", "fetch") and option in WRONG
            if setting and not once:
                continue
            if option not in FREE and (command, option) not in UNREAD:
                yield command, option


def of_type(kind):
    """Flags of `run` that are of a type."""
    for flag in flags():
        metavar, form = flag.form.metavar, flag.form
        number = metavar in ("N", "X", "N|A,B", "X|NAME=X")
        choice = "|" in metavar and metavar == metavar.lower() and not form.named
        named = form.named and not (form.one or form.many)
        if {"number": number, "choice": choice, "named": named}[kind]:
            yield flag.option


@pytest.mark.parametrize("kind", ["number", "choice", "named"])
def test_value_of_another_type_is_told_by_its_flag(kind, place, capsys, monkeypatch):
    monkeypatch.chdir(place)
    told = list(of_type(kind))
    assert len(told) >= {"number": 30, "choice": 8, "named": 1}[kind]
    for option in told:
        words = ["check", "rows.csv", "--target", "y", "--to", "new.ff", f"{option}=no such"]
        assert cli.main(words) == 2, option
        assert option in capsys.readouterr().err, option


def settings_of(stage):
    """The names of the settings of a stage, of weights to begin with too."""
    made = getattr(ff, stage)
    return [f.name for f in fields(made)] if is_dataclass(made) else [*made.model_fields]


def test_no_two_stages_share_a_flag_and_no_command_takes_one_of_them():
    pairs = {flag.option: flag.stage for flag in flags()}
    assert len(pairs) == len(flags())
    plain = [stage for stage in STAGES if stage not in PREFIXED]
    twice = [
        setting
        for setting in {name for stage in plain for name in settings_of(stage)}
        if sum(setting in settings_of(stage) for stage in plain) > 1
    ]
    assert sorted(twice) == [OF_ANOMALIES, *(setting for _, setting in APART)]
    for name, parser in parsers().items():
        own = [
            option
            for action in parser._actions
            if action.dest not in parser.table
            for option in action.option_strings
        ]
        shared = {*own} & {flag.option for flag in parser.table.values()}
        assert not shared, name


def test_every_setting_has_a_flag_but_those_that_no_text_can_mean():
    said = {(flag.stage, flag.setting) for flag in flags()}
    every = {(stage, name) for stage in STAGES for name in settings_of(stage)}
    without = {*SAID_OTHERWISE, ("Train", OF_ANOMALIES)}
    assert every - said - without == {("Train", "optimizer"), ("Evaluate", "metrics")}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with rows, a bundle, and a file that is none of these."""
    folder = tmp_path_factory.mktemp("shell")
    draw = np.random.default_rng(0)
    frame = pd.DataFrame({"a": draw.normal(size=60), "town": draw.choice(["A", "B"], 60)})
    frame["y"] = np.where(frame["a"] > 0, "yes", "no")
    frame.to_csv(folder / "rows.csv", index=False)
    frame.assign(said=frame["y"]).to_csv(folder / "said.csv", index=False)
    (folder / "file.txt").write_text("neither\n")
    jobs = {"seeds": "http://127.0.0.1/", "select": {"a": "h1"}, "contact": "me@example.org"}
    (folder / "jobs.json").write_text(json.dumps(jobs))
    pages = {"seeds": "http://127.0.0.1/", "rows": "items", "contact": "me@example.org"}
    (folder / "pages.json").write_text(json.dumps(pages))
    for name in ("model.ff", "other.ff"):
        shutil.copy(BUNDLE, folder / name)
    asked = json.loads(bytes(ff.load(BUNDLE).bundle["parity.json"]))["requests"]["instances"]
    (folder / "asked.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in asked))
    return folder


OTHERWISE = ("n_jobs", "test_source", "date_format", "series_id", "better_than", "=True", "run()")
"""How Python alone says it."""

SOURCES = {
    "audit": ["said.csv", "--target", "y", "--prediction", "said"],
    "predict": ["model.ff", "asked.jsonl"],
    "explain": ["model.ff", "asked.jsonl"],
    "export": ["model.ff", "--to", "site"],
    "serve": ["model.ff"],
    "reproduce": ["none"],
    **{"demo": [], "schema": [], "card": []},
    "scrape": ["jobs.json"],
    "fetch": ["pages.json"],
    "agree": ["labels"],
    "exchange": ["labels.json"],
    "label": ["rows.csv", "--classes", "A,B", "--by", "town", "--port", "0"],
}


@pytest.mark.parametrize(("command", "option"), list(options()))
def test_wrong_value_of_an_option_is_told_by_its_name(command, option, place, capsys, monkeypatch):
    monkeypatch.chdir(place)
    began = set(place.iterdir())
    for value in WRONG[option]:
        words = SOURCES.get(command, ["rows.csv"])
        if command not in SOURCES and option != "--target":
            words = [*words, "--target", "y"]
        if command == "compare" and option == "--data":
            words = ["model.ff", "other.ff"]
        known = {"tune": ["--trials"], "compare": ["--models"]}.get(command, [])
        beside = BESIDE.get(option, [])
        pairs = zip(beside[::2], beside[1::2], strict=True)
        words = [*words, *(w for pair in pairs for w in pair if pair[0] in [*known, *ALWAYS])]
        try:
            status = cli.main([command, *words, f"{option}={value}"])
        except SystemExit as left:  # of argparse, before anything else
            status = left.code
        said = capsys.readouterr()
        told = f"{command} {option}={value}: {said.err}"
        assert status == 2, told
        assert option in said.err, told
        assert not [name for name in OTHERWISE if name in said.err], told
    assert set(place.iterdir()) == began


def test_arguments_in_a_sentence_are_written_as_options_and_calls_stay():
    spoken = Spoken({"folds": "--folds", "n_jobs": "--jobs", "test": "--test"}, {})
    text = "Pass folds=5, leave out n_jobs, or write Split(test=0.2) and test=True."
    wanted = "Pass --folds 5, leave out --jobs, or write Split(test=0.2) and --test."
    assert spoken.text(text) == wanted
    assert spoken.text("train.folds=3 and manifolds=2") == "train.folds=3 and manifolds=2"
    told = Spoken({}, {}, settings={("Split", "test"): "--test"}).text(text)
    assert told.endswith("or write --test 0.2 and test=True.")


def test_name_of_a_column_that_is_called_as_a_setting_stays():
    spoken = Spoken({"time_limit": "--time-limit"}, {})
    told = "a.csv: expected numbers in time_limit, found texts."
    assert spoken.error(ConfigError(told, column="time_limit")) == told
    assert "--time-limit" in spoken.error(ConfigError(told))


def test_several_values_are_written_between_commas():
    spoken = Spoken({"order": "--order", "time": "--time"}, {})
    assert spoken.text('Name both: time=("day", "hour").') == "Name both: --time day,hour."
    text = "Pass order=('low', 'high', ...) to Collect."
    assert spoken.text(text) == "Pass --order low,high,...."


def test_several_faults_are_each_told_by_their_options():
    spoken = Spoken({"n_jobs": "--jobs", "seed": "--seed"}, {})
    faults = [
        ConfigError.expected("tune", "n_jobs of 1 or more", 0, "Pass n_jobs=1.", argument="n_jobs"),
        ConfigError.expected("tune", "a seed of 0 or more", -1, "Pass seed=0.", argument="seed"),
    ]
    with pytest.raises(PreflightError) as caught:
        raise_all(faults)
    said = spoken.error(caught.value)
    for words in ("expected --jobs of", "Pass --jobs 1.", "a --seed of", "Pass --seed 0."):
        assert words in said


def test_advice_that_is_a_study_is_the_command_with_the_words_that_were_given():
    parser = parsers()["run"]
    words = [
        "a b.csv",
        "--target",
        "y",
        "--no-terms",
        "--clean",
        "--pretrained",
        "a.ff",
        "--freeze",
    ]
    chosen = parser.parse_args([*words, "--test", "8,", "--to", "m.ff", "--seed", "3"])
    spoken = Spoken.of(parser, chosen)
    told = spoken.sentence("ff.learning_curve(pipeline)").removeprefix("fivefold curve ")
    again = parsers()["curve"].parse_args(shlex.split(told))
    assert pipeline_of(again).to_json() == pipeline_of(chosen)[:-1].to_json()
    assert spoken.sentence('ff.load("my m.ff").predict(rows)') == "fivefold predict 'my m.ff' NEW"


@pytest.mark.slow
def test_search_in_the_shell_tells_its_advice_by_an_option(place, capsys, monkeypatch):
    monkeypatch.chdir(place)
    words = ["tune", "rows.csv", "--target", "y", "--trials", "1", "--epochs", "1"]
    assert cli.main([*words, "--quality", "fast"]) == 0
    assert "--nested 5 would tell" in capsys.readouterr().out


OPTIONS = {
    **{"drop": "--drop", "kinds": "--kinds", "time": "--time", "group": "--group"},
    **{"similar": "--similar", "by": "--by", "missing": "--missing", "series_id": "--series-id"},
    **{"terms": "--terms", "decimal": "--decimal"},
}
LISTED, NAMED = Form(one=False, many=True, whole=False), Form(one=False, named=True, whole=False)
FORMS = {
    **{"--clean-bounds": NAMED, "--clean-merge": NAMED._replace(nested=True)},
    "--derive": Form(one=False, named=True),
    **{"--drop": LISTED, "--kinds": NAMED, "--missing": NAMED, "--terms": Form(switch=True)},
    "--decimal": Form(named=True),
}


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ('Pass drop=("size (cm)",) if so.', "Pass --drop 'size (cm)' if so."),
        ('Pass kinds={"zip": "text"} to keep it.', "Pass --kinds zip=text to keep it."),
        ("Pass time='day' to Collect if so.", "Pass --time day if so."),
        ("Pass group=... to Collect.", "Pass --group ...."),
        ("Pass Split(similar=0.8) if so.", "Pass --similar 0.8 if so."),
        ("`series_id` is a column; drop=1 in `drop=2`.", None),
        ('Pass missing={"age": [0]} for these.', "Pass --missing age=0 for these."),
        ('Pass missing={"zip": {"NA": False}}.', "Pass --not-missing zip=NA."),
        ("Pass Preprocess(terms=False).", "Pass --no-terms."),
        ('Deploy("a.ff") writes it.', "--to a.ff writes it."),
        ('Pass drop=("a,b", "c").', "Pass --drop '\"a,b\",c'."),
        ('Pass decimal={"a": ",", "b": "."}.', "Pass --decimal a=, --decimal b=.."),
        ("Pass Clean(bounds={'a': (0, 1)}).", "Pass --clean-bounds a=0,1."),
        ("ff.Clean() between Collect and Preprocess mends it.", "--clean mends it."),
        ('ff.Derive({"big": "`a` >= 3"}) tells it.', "--derive 'big=`a` >= 3' tells it."),
        ('Pass Clean(merge={"s": {"a b": "ab"}}).', "Pass --clean-merge 's:a b=ab'."),
        ("Pass Label(by='a').", None),
    ],
)
def test_advice_of_a_finding_is_told_by_options_and_columns_stay(found, told):
    settings = {("Split", "similar"): "--similar", ("Preprocess", "terms"): "--terms"}
    settings |= {("Deploy", ""): "--to", ("Clean", ""): "--clean", ("Derive", ""): "--derive"}
    settings |= {("Clean", name): f"--clean-{name}" for name in ("bounds", "merge")}
    spoken = Spoken(OPTIONS, {}, FORMS, settings)
    if told is None and "`" in found:
        assert "`series_id`" in spoken.sentence(found)
    else:
        assert spoken.sentence(found) == (told or found)


@pytest.mark.slow
def test_findings_in_the_shell_give_advice_in_options(place, capsys, monkeypatch):
    monkeypatch.chdir(place)
    frame = pd.read_csv("rows.csv").assign(told=lambda rows: rows["y"] == "yes")
    frame.to_csv("leak.csv", index=False)
    assert cli.main(["run", "leak.csv", "--target", "y", "--epochs", "1"]) == 0
    said = capsys.readouterr()
    for text in (said.out, said.err):
        assert "Pass --drop told if so" in " ".join(text.split())
        assert "drop=" not in text
