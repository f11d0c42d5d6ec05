"""The shell's own words: help, the flag that was meant, JSON, what it explains."""

import json
import re
import shlex

import pytest

import fivefold as ff
from fivefold import cli
from fivefold.commands.arguments import pipeline_of
from fivefold.commands.explain import explanations
from fivefold.commands.flags import flags
from fivefold.core.advice import ADVICE
from fivefold.core.finding import FINDINGS
from fivefold.core.recipeschema import recipe_schema
from fivefold.pipeline import built_in_stages

COMMANDS = {command.name: command for command in cli.COMMANDS}


def parsed(*words):
    return COMMANDS[words[0]].parser().parse_args(words[1:])


def refused(words, capsys):
    """What is told of words that are not understood."""
    with pytest.raises(SystemExit) as left:
        cli.main(words)
    assert left.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    return said.err


def test_no_word_is_help(capsys):
    assert cli.main([]) == 0
    told = capsys.readouterr().out
    assert cli.main(["--help"]) == 0
    assert capsys.readouterr().out == told
    for command in cli.COMMANDS:
        assert f"\n  {command.name} " in told
    assert "3  run --better-than" in told


def test_wrong_flags_are_told_below_the_usage_of_their_command(capsys):
    told = refused(["run", "a.csv", "--tarjet", "y", "--image-siez=3"], capsys)
    assert told.startswith("usage: fivefold run SOURCE [flags]\n")
    assert "no flag --tarjet; did you mean --target?" in told
    assert "no flag --image-siez; did you mean --image-size?" in told
    told = refused(["predict", "a.ff", "b.csv", "c.csv"], capsys)
    assert told.startswith("usage: fivefold predict BUNDLE FILE [flags]\n")
    assert "expected no more words, found 'c.csv'" in told
    told = refused(["predict", "a.ff"], capsys)
    assert "expected FILE, found none; for instance: fivefold predict income.ff" in told
    assert "no flag -t; did you mean --target?" in refused(["run", "a.csv", "-t", "y"], capsys)
    assert "did you mean --target=y?" in refused(["run", "a.csv", "target=y"], capsys)
    told = refused(["run", "a.csv", "--seed", "x"], capsys)
    assert "expected a whole number as --seed, found 'x'." in told
    told = json.loads(refused(["run", "a.csv", "--json", "--traget", "y"], capsys))
    assert (told["message"], told["exit"]) == ("no flag --traget; did you mean --target?", 2)
    told = refused(["run", "a.csv", "--optimizer", "adam"], capsys)
    assert "--optimizer is for Python alone: Train(optimizer=) is no text." in told


def test_faults_of_several_stages_are_told_at_once_with_the_values_that_are_near(capsys):
    words = ["run", "a.csv", "--scale", "standart", "--loss", "hubert", "--epochs", "x"]
    assert cli.main(words) == 2
    told = capsys.readouterr().err
    assert 'Write "standard" instead of "standart".' in told
    assert 'Write "huber" instead of "hubert".' in told
    assert "--epochs: expected a valid integer, found 'x'" in told
    assert "callable" not in told


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_has_examples_and_defaults(name, capsys):
    for option in ("-h", "--help"):
        with pytest.raises(SystemExit) as left:
            cli.main([name, option])
        assert left.value.code == 0
        told = capsys.readouterr().out
        assert told.startswith(f"usage: fivefold {name}")
        assert f"examples:\n  fivefold {COMMANDS[name].examples[0]}\n" in told
        assert "--json" in told
    parser = COMMANDS[name].parser()
    for action in parser._actions:
        plain = isinstance(action.default, int | float | str)
        if plain and not isinstance(action.default, bool) and action.help is not None:
            assert action.default == "==SUPPRESS==" or f"(default: {action.default})" in action.help
        assert action.help


def test_help_speaks_no_python():
    for flag in flags():
        assert not re.search(r"\bNone\b|`|\{", flag.help), (flag.option, flag.help)


def test_short_help_leaves_out_what_the_whole_one_has(capsys):
    told = []
    for option in ("-h", "--help"):
        with pytest.raises(SystemExit):
            cli.main(["run", option])
        told.append(capsys.readouterr().out)
    assert "--target" in told[0]
    assert "--knots" not in told[0]
    assert "(default: 48)" in told[1]


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_of_a_command_are_understood(name):
    for example in COMMANDS[name].examples:
        words = shlex.split(example)
        assert words[0] in (name, "run")
        parsed(*words)


def test_lists_and_mappings_go_between_commas():
    words = ["run", "a.csv", "--drop", "id,name", "--drop", '"a,b"', "--image-size", "32,48"]
    words += ["--no-terms", "--augment", "none", "--clip", "none", "--lr", "head=0.1,b.*=1"]
    words += ["--missing", "insulin=0,glucose=0,?", "--test", "chr8,chr9", "--level", "0.9"]
    words += ["--order", "<=50K,>50K", "--class-weights", "<=50K=1,>50K=9", "--folds", "groups"]
    words += ["--target", "a", "--threshold", "fp=1,fn=9", "--freeze", "encoder.*"]
    collect, split, preprocess, train, evaluate = pipeline_of(parsed(*words))
    assert collect.drop == ("id", "name", "a,b")
    assert collect.missing == {"insulin": ("0",), "glucose": ("0", "?")}
    assert collect.order == ("<=50K", ">50K")
    assert split.test == ("chr8", "chr9")
    assert (preprocess.image_size, preprocess.terms) == ((32, 48), False)
    assert (train.augment, train.clip, train.freeze) == ((), None, ("encoder.*",))
    assert train.lr == {"head": 0.1, "b.*": 1.0}
    assert train.class_weights == {"<=50K": 1.0, ">50K": 9.0}
    assert (evaluate.level, evaluate.folds) == (0.9, "groups")
    assert evaluate.threshold == {"fp": 1.0, "fn": 9.0}


def test_rows_are_cleaned_and_columns_made_in_the_order_in_which_a_pipeline_has_them():
    words = ["run", "a.csv", "--clean-bounds", "age=0,120", "--clean-bounds", "w=none,3"]
    words += ["--no-clean-case", "--clean-merge", "state:Calif=California,state:Fla=Florida"]
    words += ["--derive", "area=w * h", "--derive", "far=lookup(town, 'km') == 3 or area > 2"]
    words += ["--derive-tables", "km:Ulm=3,km:Bonn=12,sure:Ulm=true", "--by", "random"]
    pipeline = pipeline_of(parsed(*words))
    assert pipeline.names == (
        "collect",
        "split",
        "clean",
        "derive",
        "preprocess",
        "train",
        "evaluate",
    )
    assert pipeline["clean"].settings() == {
        "case": False,
        "merge": {"state": {"Calif": "California", "Fla": "Florida"}},
        "bounds": {"age": (0.0, 120.0), "w": (None, 3.0)},
    }
    assert [*pipeline["derive"].formulas.items()] == [
        ("area", "w * h"),
        ("far", "lookup(town, 'km') == 3 or area > 2"),
    ]
    assert pipeline["derive"].tables == {"km": {"Ulm": 3, "Bonn": 12}, "sure": {"Ulm": True}}
    assert [s.settings() for s in pipeline_of(parsed("run", "a.csv", "--clean"))][1] == {}


def test_weights_to_begin_with_are_said_with_all_their_arguments(capsys):
    words = ["run", "a.csv", "--pretrained", "low.ff", "--pretrained-thaw", "2"]
    words += ["--pretrained-decay", "0.7", "--pretrained-head", "kept", "--no-pretrained-strict"]
    weights = pipeline_of(parsed(*words))["train"].model
    assert isinstance(weights, ff.Pretrained)
    told = {"source": "low.ff", "thaw": 2, "decay": 0.7, "head": "kept", "strict": False}
    assert dict(weights) == told
    assert cli.main(["run", "a.csv", "--pretrained-thaw", "2"]) == 2
    assert "Write --pretrained WEIGHTS --pretrained-thaw" in capsys.readouterr().err


def test_private_training_is_said_with_all_its_arguments():
    words = ["run", "a.csv", "--privacy-noise-multiplier", "1.1", "--privacy-clip", "0.5"]
    words += ["--privacy-delta", "1e-6", "--privacy-seeded", "--bounds", "age=17,90"]
    pipeline = pipeline_of(parsed(*words))
    told = {"noise_multiplier": 1.1, "clip": 0.5, "delta": 1e-6, "seeded": True, "epsilon": None}
    assert dict(pipeline["train"].privacy) == told
    assert pipeline["preprocess"].bounds == {"age": (17.0, 90.0)}
    assert pipeline_of(parsed("run", "a.csv"))["train"].privacy is None


@pytest.mark.parametrize(
    "said",
    ["cat:dog=5,cat:cow=1,dog:cat=2", '{"cat": {"dog": 5, "cow": 1}, "dog": {"cat": 2}}'],
)
def test_costs_by_class_are_said_between_commas_or_as_json(said):
    pipeline = pipeline_of(parsed("run", "a.csv", "--threshold", said))
    assert pipeline["evaluate"].threshold == {"cat": {"dog": 5, "cow": 1}, "dog": {"cat": 2}}


def test_numbers_are_numbers_where_no_text_may_stand():
    pipeline = pipeline_of(
        parsed("run", "a.csv", "--test", "0.3", "--encoding", "037", "--lr", "find")
    )
    assert (pipeline["collect"].encoding, pipeline["split"].test) == ("037", 0.3)
    assert pipeline["train"].lr == "find"
    assert pipeline_of(parsed("run", "a.csv", "--test", "8,"))["split"].test == ("8",)
    several = ["run", "a.csv", "--target", "x,y", "--order", "y=low,high"]
    assert pipeline_of(parsed(*several))["collect"].order == {"y": ("low", "high")}


def test_flags_of_before_are_taken_until_the_next_version(capsys):
    chosen = parsed("run", "a.db", "--test-groups", "p3", "--query", "t", "--parameter", "low=3")
    pipeline = pipeline_of(chosen)
    assert pipeline["split"].test == ("p3",)
    assert pipeline["collect"].parameters == {"low": 3}
    assert cli.main(["check", "a.csv", "--level", "country=NA"]) == 2
    assert "Write --not-missing country=NA." in capsys.readouterr().err
    assert cli.main(["compare", "a.csv", "--test", "--jobs", "2"]) == 2
    assert "Write --on-test." in capsys.readouterr().err


def test_error_as_json_has_its_remedy_in_flags(capsys):
    assert cli.main(["run", "a.csv", "--folds", "1", "--json"]) == 2
    said = capsys.readouterr()
    told = json.loads(said.err)
    assert (said.out, told["error"], told["exit"]) == ("", "ConfigError", 2)
    assert told["remedy"] in told["message"]


def test_check_as_json_is_one_object(tmp_path, capsys):
    data = tmp_path / "a.csv"
    data.write_text("x,y\n" + "".join(f"{n},{'ab'[n % 2]}\n" for n in range(40)))
    assert cli.main(["check", str(data), "--target", "y", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told["stages"]) == ["collect", "preprocess", "train", "evaluate"]
    recipe = str(tmp_path / "r.json")
    words = ["check", str(data), "--target", "y", "--no-terms", "--folds", "3", "--recipe", recipe]
    assert cli.main(words) == 0
    assert "\nIts recipe, to be changed and run: " in capsys.readouterr().out
    made = pipeline_of(parsed("run", recipe))
    assert [stage.settings() for stage in made][1:] == [{"terms": False}, {}, {"folds": 3}]


def test_explain_knows_every_finding_and_error(capsys):
    known = explanations()
    assert {*FINDINGS} < {*known}
    assert {"DataError", "WorseError", "3"} < {*known}
    assert cli.main(["explain", "poor_calibration"]) == 0
    told = capsys.readouterr().out
    assert "--calibrate maps them" in told
    assert ADVICE["poor_calibration"].partition(" ")[2] in told
    assert cli.main(["explain", "many_odd", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["advice"].startswith("--usual-only learns ")
    assert cli.main(["explain", "poor_calibratoin"]) == 2
    assert "Write fivefold explain poor_calibration." in capsys.readouterr().err


def test_advice_in_flags_names_no_setting_of_a_stage_that_has_one():
    from fivefold.commands.explain import in_flags

    for code, advice in ADVICE.items():
        told = in_flags(advice)
        for stage in ("Collect", "Split", "Preprocess", "Train", "Evaluate", "Deploy"):
            assert f"{stage}(" not in told, (code, told)


def test_schema_takes_recipes_of_pipelines_and_refuses_others(capsys):
    jsonschema = pytest.importorskip("jsonschema")
    assert cli.main(["schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema == recipe_schema(built_in_stages())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    pipeline = ff.Pipeline(
        [
            ff.Collect(
                "a.csv", target="y", classes={0: "sky", 255: None}, missing={"c": {"NA": False}}
            ),
            ff.Split(test=["a"]),
            ff.Derive({"area": "w * h"}),
            ff.Preprocess(image_size=(3, 4), columns=20),
            ff.Train("mlp", lr=ff.log_uniform(1e-4, 1e-2), class_weights={0: 1, 1: 9}),
            ff.Evaluate(folds="groups", threshold={"fp": 1, "fn": 9}),
            ff.Deploy("y.ff"),
        ]
    )
    recipe = json.loads(pipeline.to_json())
    validator.validate({"$schema": "recipe.schema.json", **recipe})
    wrong = [
        {"stage": "Train", "with": {"epoch": 3}},
        {"stage": "Train", "with": {"epochs": "3"}},
        {"stage": "Train", "with": {"optimizer": "adam"}},
        {"stage": "Trian"},
        {"stage": "Deploy"},
    ]
    for entry in wrong:
        assert not validator.is_valid({**recipe, "stages": [entry]}), entry
    assert validator.is_valid({**recipe, "stages": [{"stage": "own:Turned", "with": {"a": 1}}]})
    told = schema["$defs"]["Train"]["properties"]["with"]["properties"]["epochs"]
    assert told["description"].startswith("at most; None follows a rule")
