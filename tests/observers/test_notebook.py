"""A bar in a notebook, without one: what is handed to its display."""

from types import SimpleNamespace

import pytest

from fivefold.core.events import Noted, Progress, StageFinished, StageStarted
from fivefold.observers import console, notebook
from fivefold.observers.console import Console
from fivefold.observers.notebook import in_notebook


@pytest.fixture
def shown(monkeypatch):
    """What a notebook shows in the place of the bar, one drawing after another."""
    drawings = []

    def display(bundle, *, raw, display_id):
        assert raw
        assert display_id
        drawings.append(bundle)
        return SimpleNamespace(update=lambda bundle, raw: drawings.append(bundle))

    monkeypatch.setattr("IPython.display.display", display)
    monkeypatch.setattr(console, "in_notebook", lambda: True)
    monkeypatch.setattr(notebook, "EVERY", 0.0)
    return drawings


def test_a_bar_is_one_output_that_is_replaced_and_empty_at_the_end(shown, capsys):
    hear = Console()
    hear(StageStarted(path=("train",), number=3, total=5))
    values = {"valid_loss": 0.40123, "best": 0.39, "seconds_left": 41.0, "valid_a": 0.9131}
    for done in (1, 2):
        hear(
            Progress(
                path=("train",),
                done=done,
                total=60,
                unit="epoch",
                values=values,
                titles={"valid_a": "A<B"},
            )
        )
        hear(Noted(path=("train",), text="Growing trees."))
    assert shown[-1]["text/plain"] == (
        "epoch 2/60  41.0 s left  valid 0.4012  best 0.39  A<B 0.9131"
    )
    assert '<progress value="2" max="60"' in shown[-1]["text/html"]
    assert "<span>A&lt;B 0.9131</span>" in shown[-1]["text/html"]
    hear(StageFinished(path=("train",), number=3, total=5, seconds=7.25, wrote="Trained"))
    assert (len(shown), shown[-1]) == (3, {"text/plain": "", "text/html": ""})
    told = capsys.readouterr()
    assert told.err == ""
    assert told.out.splitlines()[-1] == "[3/5] train            7.2 s  Trained"


def test_a_bar_guesses_the_time_left_where_it_is_not_told(shown, monkeypatch):
    moment = [10.0]
    monkeypatch.setattr(notebook.time, "monotonic", lambda: moment[0])
    bar = notebook.NotebookBar(Progress(path=("evaluate",), done=1, total=5, unit="fold"))
    assert shown[-1]["text/plain"] == "fold 1/5"
    moment[0] = 14.0
    bar.move(Progress(path=("evaluate",), done=3, total=5, unit="fold"))
    assert shown[-1]["text/plain"] == "fold 3/5  4.0 s left"


@pytest.mark.parametrize(("names", "wanted"), [(("Shell", "ZMQInteractiveShell"), True),
                                               (("TerminalInteractiveShell",), False)])  # fmt: skip
def test_a_notebook_is_known_by_its_shell_or_by_what_that_is_made_of(names, wanted, monkeypatch):
    made = object
    for name in reversed(names):  # that of Colab is derived from that of Jupyter
        made = type(name, (made,), {})
    monkeypatch.setattr("IPython.get_ipython", made)
    assert in_notebook() is wanted
