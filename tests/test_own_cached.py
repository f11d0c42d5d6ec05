"""Networks of one's own through the cache and resumed runs: to the same bits, or made again."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn

import fivefold as ff
from fivefold.core.events import Event, Noted, StageStarted
from fivefold.core.session import Session
from fivefold.errors import ResumeError, SignatureError, StoreError

FAST = {"epochs": 1, "threads": 1, "augment": ()}


class Net(nn.Module):
    """It counts what it sees, in a buffer and beside it."""

    def __init__(self, inputs: int, outputs: int, hidden: int = 4) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(inputs)
        self.layers = nn.Sequential(
            nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, outputs)
        )
        self.register_buffer("rows", torch.zeros(1), persistent=False)
        self.calls = 0

    def forward(self, table: Tensor) -> Tensor:
        if self.training:
            self.calls += 1
            self.rows += len(table)
        return self.layers(self.norm(table))


class Counting(Net):
    """A module that keeps what tensors and plain values do not tell."""

    def forward(self, table: Tensor) -> Tensor:
        self.held = Counter(rows=len(table))
        return super().forward(table)


def rows(n: int = 100) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    x = rng.normal(size=n)
    return pd.DataFrame({"x": x, "w": rng.normal(size=n), "y": x + rng.normal(size=n) > 0})


def pipeline(model: Any, **train: Any) -> ff.Pipeline:
    collect = ff.Collect(rows(), target="y")
    return ff.Pipeline([collect, ff.Preprocess(), ff.Train(model, **{**FAST, **train})])


def acts(result: ff.Result) -> list[str]:
    return [decision.act for decision in result.execution.decisions]


def notes(heard: list[Event]) -> list[str]:
    return [event.text for event in heard if isinstance(event, Noted)]


def is_same(one: ff.Result, other: ff.Result) -> bool:
    """Whether two runs answer alike, and hold alike networks, to the last bit."""
    first, second = one[ff.Trained].model, other[ff.Trained].model
    states = zip(first.state_dict().items(), second.state_dict().items(), strict=True)
    return (
        type(first.body) is type(second.body)
        and all(name == again and torch.equal(a, b) for (name, a), (again, b) in states)
        and first.threads == second.threads
        and np.array_equal(one.predict_proba(rows()), other.predict_proba(rows()))
    )


@pytest.mark.parametrize(
    "model", [lambda n, m: Net(n, m), Net, partial(Net, hidden=3), Net(2, 1)], ids="abcd"
)
def test_network_of_ones_own_is_taken_from_the_cache_to_the_same_bits(tmp_path, model):
    plain = pipeline(model).run(progress=False)
    first = pipeline(model).run(cache=tmp_path, progress=False)
    again = pipeline(model).run(cache=tmp_path, progress=False)
    assert (acts(first)[2], acts(again)[2]) == ("run", "take")
    assert again.why("train") == (
        "train was taken from the cache: nothing that decides its bits has changed."
    )
    body: Any = again[ff.Trained].model.body
    assert type(body) is Net
    assert body.calls == plain[ff.Trained].model.body.calls > 0
    assert torch.equal(body.rows, plain[ff.Trained].model.body.rows)
    assert is_same(plain, first)
    assert is_same(plain, again)


def test_finished_run_is_loaded_and_refused_where_a_function_is_another(tmp_path):
    def by(hidden: int, scale: float = 1.0) -> dict[str, Any]:
        def loss(logits: Tensor, target: Tensor) -> Tensor:
            return scale * nn.functional.binary_cross_entropy_with_logits(logits, target)

        return {"model": lambda n, m: Net(n, m, hidden), "loss": loss}

    def run(**train: Any) -> tuple[ff.Result, list[str]]:
        heard: list[Event] = []
        run = pipeline(**train).run
        found = run(directory=tmp_path, resume=True, progress=False, observers=[heard.append])
        return found, notes(heard)

    first, _ = run(**by(4))
    again, said = run(**by(4))
    assert acts(again) == ["take"] * 3
    assert again.why("train") == (
        "train was taken from the folder of the run: what it wrote is complete."
    )
    assert is_same(first, again)
    assert [text for text in said if "taken to be" in text] == [
        "collect.source is taken to be what the run was begun with."
    ]
    for other, named in ((by(5), ["model"]), (by(5, 2.0), ["loss", "model"])):
        with pytest.raises(ResumeError, match=r"expected the run that .* was begun with") as caught:
            run(**other)
        assert sorted(caught.value.differences) == [f"content of train.{n}" for n in named]


def test_what_tensors_and_plain_values_do_not_tell_is_not_cached_and_said_once(tmp_path):
    heard: list[Event] = []
    why = (
        "body.held: expected tensors and plain values beside what its outline makes, found Counter"
    )
    for _ in range(2):
        found = pipeline(Counting).run(cache=tmp_path, progress=False, observers=[heard.append])
        assert found.why("train") == f"train ran: it cannot be cached: {why}."
        assert [text for text in notes(heard) if "cached" in text] == [
            f"Train is not cached: {why}."
        ]
        heard.clear()


class Plain(LogisticRegression):
    """A class of which skl2onnx knows nothing."""


def test_estimator_without_a_graph_says_that_this_is_why_it_is_not_cached(tmp_path):
    stages = [ff.Collect(rows(), target="y"), ff.Preprocess(), ff.Train(Plain())]
    found = ff.Pipeline(stages).run(cache=tmp_path, progress=False)
    said = "train ran: it cannot be cached: Plain: expected a graph that it is saved by, found none"
    assert found.why("train").startswith(f"{said}: skl2onnx says: ")


def test_functions_without_a_source_are_told_apart_by_what_they_do(tmp_path):
    def typed(text: str) -> Any:
        space: dict[str, Any] = {"Net": Net, "nn": nn, "__name__": "__console__"}
        exec(text, space)
        return space["net"]

    texts = ["net = lambda n, m: Net(n, m, 3)", "net = lambda n, m: Net(n, m, 5)"]
    made = "class net(nn.Sequential):\n    wide = {}\n"
    made += "    def __init__(self, n, m):\n        super().__init__()\n"
    made += "        self.append(nn.Linear(n, self.wide))\n"
    made += "        self.append(nn.Linear(self.wide, m))\n"
    texts += [made.format(3), made.format(5)]
    for text in texts:
        for act in ("run", "take"):
            found = pipeline(typed(text)).run(cache=tmp_path, progress=False)
            assert acts(found)[2] == act
    assert found[ff.Trained].model.body[0].out_features == 5


PACKAGE = {
    "__init__": "",
    "net": """
from torch import nn
from nets_of_mine.parts import WIDTH

class Net(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(inputs, WIDTH), nn.Linear(WIDTH, outputs))

    def forward(self, table):
        return self.layers(table)
""",
    "parts": "from nets_of_mine.sizes import SMALL\n\nWIDTH = 2 * SMALL\n",
    "sizes": "SMALL = 2\n",
    "plots": "COLOUR = 'red'\n",
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Writes a package, some of its modules anew, and gives its network as a new process would."""
    folder = tmp_path / "nets_of_mine"
    folder.mkdir()
    monkeypatch.syspath_prepend(tmp_path)

    def write(**modules: str) -> Any:
        for name, text in modules.items():
            (folder / f"{name}.py").write_text(text)
        for name in [name for name in sys.modules if name.split(".")[0] == folder.name]:
            monkeypatch.delitem(sys.modules, name)
        return __import__("nets_of_mine.net").net.Net

    return write


@pytest.mark.parametrize("made", [lambda net: net, lambda net: lambda n, m: net(n, m)], ids="cf")
def test_edit_of_a_module_that_the_network_stands_on_trains_it_again(tmp_path, package, made):
    def run(net: Any) -> ff.Result:
        return pipeline(made(net)).run(cache=tmp_path / "cache", progress=False)

    assert acts(run(package(**PACKAGE)))[2] == "run"
    assert acts(run(package()))[2] == "take"
    assert acts(run(package(plots="COLOUR = 'blue'\n")))[2] == "take"
    assert acts(run(package(sizes="# of a layer\nSMALL = 2\n")))[2] == "take"
    found = run(package(sizes="SMALL = 3\n"))
    assert found.why("train").startswith("train ran: content of train.model was ")
    assert found[ff.Trained].model.body.layers[0].out_features == 6
    text = PACKAGE["net"].replace("return self", "return 2 * self")
    assert acts(run(package(net=text)))[2] == "run"
    assert acts(run(package(net=text)))[2] == "take"


def test_damaged_weights_are_made_again_with_a_word(tmp_path):
    first = pipeline(Net).run(cache=tmp_path, progress=False)
    (file,) = tmp_path.glob("artifacts/*/model.safetensors")
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    heard: list[Event] = []
    again = pipeline(Net).run(cache=tmp_path, progress=False, observers=[heard.append])
    said = "Trained.model: expected the file that was saved, found a changed model.safetensors"
    assert f"train is made again: {said}." in notes(heard)
    assert acts(again)[2] == "run"
    assert is_same(first, again)
    assert acts(pipeline(Net).run(cache=tmp_path, progress=False))[2] == "take"


def test_folds_and_compared_networks_are_taken_too(tmp_path):
    def trained(heard: list[Event]) -> list[str]:
        return ["/".join(e.path) for e in heard if isinstance(e, StageStarted) if "train" in e.path]

    models = {"small": pipeline(Net), "wide": pipeline(partial(Net, hidden=8))}
    scores = []
    for units in (4, 0):
        heard: list[Event] = []
        found = ff.compare(
            models, folds=2, cache=tmp_path, progress=False, observers=[heard.append]
        )
        assert len(trained(heard)) == units
        scores.append(found.table.to_json())
    assert scores[0] == scores[1]


SMALL = {"epochs": 1, "threads": 1}


@pytest.mark.parametrize(
    "make",
    [
        lambda: ff.Train(lambda n, m: Net(n, m), members=2, freeze=["*norm.*"], ema=0.9, **SMALL),
        lambda: ff.Distil(ff.Train(Net, **SMALL), model=partial(Net, hidden=2), **SMALL),
        lambda: ff.Mix([{"model": Net, **SMALL}, {"model": "blend", **SMALL}], weights=[2, 1]),
    ],
    ids=["members", "distil", "mix"],
)
def test_networks_of_ones_own_among_others_are_taken_to_the_same_bits(tmp_path, make):
    stages = [ff.Collect(rows(60), target="y"), ff.Preprocess()]
    first, again = (
        ff.Pipeline([*stages, make()]).run(cache=tmp_path, progress=False) for _ in range(2)
    )
    assert acts(again) == ["take"] * 3
    assert is_same(first, again)
    kept = [one[ff.Trained].teacher for one in (first, again)]
    if kept[0] is not None:
        assert type(kept[1].body) is Net
        assert torch.equal(kept[0].body.layers[0].weight, kept[1].body.layers[0].weight)


SCRIPT = """
import sys
sys.path[:0] = sys.argv[1:3]
import fivefold as ff
from test_own_cached import Net, acts, pipeline, rows
found = pipeline(lambda n, m: Net(n, m, 3)).run(cache=sys.argv[3], progress=False)
print(acts(found)[2], found.predict_proba(rows()).tobytes().hex())
"""


@pytest.mark.slow
def test_another_process_takes_what_one_has_trained(tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT)
    folders = [str(Path(ff.__file__).parents[1]), str(Path(__file__).parent)]
    told = [
        subprocess.run(
            [sys.executable, str(tmp_path / "script.py"), *folders, str(tmp_path / "cache")],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split()
        for _ in range(2)
    ]
    assert [act for act, _ in told] == ["run", "take"]
    assert told[0][1] == told[1][1]


@pytest.mark.slow
def test_bundle_of_a_network_that_was_taken_is_the_same(tmp_path):
    def run(cache: object) -> ff.Result:
        stages = pipeline(lambda n, m: Net(n, m)) + ff.Evaluate(folds=2, baselines=())
        stages = stages + ff.Deploy(tmp_path / "rows.ff")
        return stages.run(cache=cache, progress=False)

    plain, first, again = (run(cache) for cache in (False, tmp_path / "c", tmp_path / "c"))
    assert acts(again) == ["take"] * 4 + ["run"]
    assert len({each[ff.Deployed].digest for each in (plain, first, again)}) == 1


class Taught(ff.Artifact):
    """An artifact of the user's that holds a module."""

    model: nn.Module
    steps: int = 0


class Teach(ff.Stage):
    """A stage of the user's with an outline."""

    width: int = 3
    fails: bool = False

    def outline(self, data: ff.Preprocessed, session: Session) -> Taught:
        if self.fails:
            raise RuntimeError("no such network")
        return Taught(model=Net(2, 1, self.width))

    def run(self, data: ff.Preprocessed, session: Session) -> Taught:
        torch.manual_seed(session.seed)
        net = Net(2, 1, self.width)
        net(torch.randn(6, 2))
        return Taught(model=net.eval(), steps=1)


def test_stage_of_ones_own_that_gives_an_outline_is_cached_and_resumed(tmp_path):
    def run(**kept: Any) -> ff.Result:
        stages = [ff.Collect(rows(), target="y"), ff.Preprocess(), Teach()]
        return ff.Pipeline(stages).run(progress=False, **kept)

    batch = torch.randn(4, 2)
    answer = run()[Taught].model(batch)
    for kept in ({"cache": tmp_path / "c"}, {"directory": tmp_path / "d", "resume": True}):
        assert acts(run(**kept))[2] == "run"
        again = run(**kept)
        assert acts(again)[2] == "take"
        assert type(again[Taught].model) is Net
        assert (again[Taught].steps, again[Taught].model.calls) == (1, 1)
        assert torch.equal(again[Taught].model(batch), answer)


def test_outline_that_fails_is_told_and_the_stage_is_not_cached(tmp_path):
    stages = [ff.Collect(rows(), target="y"), ff.Preprocess(), Teach(fails=True)]
    found = ff.Pipeline(stages).run(cache=tmp_path, progress=False)
    said = "Teach.outline: expected Taught, found RuntimeError: no such network"
    assert found.why("teach") == f"teach ran: it cannot be cached: {said}."


def test_outline_of_another_signature_is_refused_when_it_is_defined():
    with pytest.raises(SignatureError, match=r"Teach2\.outline: expected the signature of run"):

        class Teach2(Teach):
            def outline(self, session: Session) -> Taught:
                raise NotImplementedError


def test_artifact_with_a_module_is_not_loaded_without_its_stage(tmp_path):
    stages = [ff.Collect(rows(), target="y"), ff.Preprocess(), Teach()]
    ff.Pipeline(stages).run(directory=tmp_path, progress=False)
    with pytest.raises(StoreError, match="expected the stage that makes what it is put into"):
        Taught.load(tmp_path / "teach" / "artifact")
