import io
import re
import sys
import time
from contextlib import redirect_stderr

import pytest

from fivefold.core.events import (
    Found,
    Noted,
    Progress,
    RunFinished,
    RunStarted,
    StageFinished,
    StageStarted,
    StageTaken,
)
from fivefold.core.finding import Finding
from fivefold.observers.advance import duration
from fivefold.observers.console import Console


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def finished(*path: str, number: int = 3) -> StageFinished:
    return StageFinished(path=path, number=number, total=5, seconds=7.25, wrote="Trained")


def test_console_stage_prints_one_line() -> None:
    out = io.StringIO()
    console = Console(out)
    console(StageStarted(path=("train",), number=3, total=5))
    console(finished("train"))
    assert out.getvalue() == "[3/5] train            7.2 s  Trained\n"


def test_console_stage_that_is_taken_prints_one_line() -> None:
    out = io.StringIO()
    taken = StageTaken(path=("train",), number=3, total=5, wrote="Trained", directory="runs/adult")
    Console(out)(taken)
    assert out.getvalue() == "[3/5] train            taken  Trained from runs/adult\n"


def test_console_pipe_shows_no_bar() -> None:
    out = io.StringIO()
    Console(out)(Progress(path=("train",), done=1, total=9, unit="epoch", values={"loss": 0.5}))
    assert out.getvalue() == ""


def test_console_terminal_bar_shows_count_and_values() -> None:
    out = Terminal()
    console = Console(out)
    console(Progress(path=("train",), done=1, total=9, unit="epoch", values={"loss": 0.5}))
    console(finished("train"))
    assert "1/9" in out.getvalue()
    assert "loss 0.500" in out.getvalue()
    assert out.getvalue().endswith("Trained\n")


def test_console_bar_of_the_next_fold_starts_anew() -> None:
    out = Terminal()
    console = Console(out)
    for fold in ("fold-1", "fold-2"):
        console(Progress(path=("evaluate", fold, "train"), done=2, total=4, unit="epoch"))
    console(finished("evaluate"))
    assert "fold-1 epoch 2/4" in out.getvalue()
    assert "fold-2 epoch 2/4" in out.getvalue()
    assert "Trained, 2 refits\n" in out.getvalue()


def test_console_refit_is_counted_not_told() -> None:
    out = io.StringIO()
    console = Console(out)
    console(StageStarted(path=("evaluate",), number=4, total=5))
    for fold in ("fold-1", "fold-2"):
        console(Noted(path=("evaluate", fold, "train"), text="16 epochs."))
        console(StageFinished(path=("evaluate", fold, "train"), number=3, total=5, seconds=1.0,
                              wrote="Trained"))  # fmt: skip
    console(finished("evaluate", number=4))
    assert out.getvalue() == "[4/5] evaluate         7.2 s  Trained, 2 refits\n"


def test_console_findings_only_serious_ones_are_printed() -> None:
    out = io.StringIO()
    console = Console(out)
    for severity in ("note", "warning", "serious"):
        found = Finding(code="leak", severity=severity, sentence=f"It is {severity}.")
        console(Found(path=("collect",), finding=found))
    assert out.getvalue() == "  ! It is serious.\n"


def test_console_without_lines_shows_bars_alone() -> None:
    out = Terminal()
    console = Console(out, lines=False)
    console(Noted(path=("train",), text="On 2 threads."))
    console(Progress(path=("train",), done=1, total=9, unit="epoch"))
    console(finished("train"))
    assert "1/9" in out.getvalue()
    assert "\n" not in out.getvalue()


def test_console_line_during_a_bar_stands_alone() -> None:
    out = Terminal()
    console = Console(out)
    console(Progress(path=("train",), done=1, total=9, unit="epoch"))
    console(Noted(path=("train",), text="Learning rate halved."))
    console(finished("train"))
    assert "\r  Learning rate halved.\n" in out.getvalue()


def test_console_default_stream_is_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    Console()(Noted(path=("train",), text="On 2 threads."))
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "  On 2 threads.\n")


def test_console_import_leaves_tqdm_out() -> None:
    from subprocess import run

    code = "import sys, fivefold.observers.console; print('tqdm' in sys.modules)"
    answer = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("seconds", "wanted"),
    [(0, "0 ms"), (0.9, "900 ms"), (1, "1.0 s"), (99.9, "99.9 s"), (100, "1 min 40 s"),
     (3599, "59 min 59 s"), (3600, "1 h 0 min")],
)  # fmt: skip
def test_duration_of_any_size_reads_as_people_say_it(seconds: float, wanted: str) -> None:
    assert duration(seconds) == wanted


def test_console_pipe_tells_progress_and_place_after_a_silence(monkeypatch) -> None:
    monkeypatch.setattr("fivefold.observers.console.QUIET", 0.05)
    out = io.StringIO()
    console = Console(out)
    console(RunStarted(seed=0))
    console(StageStarted(path=("train",), number=3, total=5))
    values = {"train_loss": 0.41, "valid_loss": 0.4, "best": 0.39, "seconds_left": 41.0}
    time.sleep(0.2)
    assert "  train, after " in out.getvalue()
    console(Progress(path=("train",), done=12, total=60, unit="epoch", values=values))
    assert "  epoch 12/60  train 0.410  valid 0.400  best 0.390  41.0 s left\n" in out.getvalue()
    time.sleep(0.25)
    assert out.getvalue().count("epoch 12/60  train 0.410") == 1
    assert re.search(r"  train, after \d+ ms: epoch 12/60\n", out.getvalue())
    console(RunFinished(seconds=1.0))
    time.sleep(0.15)
    told = out.getvalue()
    time.sleep(0.2)
    assert out.getvalue() == told


VALUES = {
    "train_loss": 0.41234,
    "valid_loss": 0.40123,
    "best": 0.39,
    "seconds_left": 41.0,
    "valid_roc_auc": 0.9131,
}


def epoch(done: int, total: int, values: dict[str, float], *path: str) -> Progress:
    titles = {"valid_roc_auc": "ROC-AUC"}
    return Progress(
        path=path or ("train",), done=done, total=total, unit="epoch", values=values, titles=titles
    )


def test_console_bar_of_an_epoch_fits_80_columns_with_losses_score_and_time_left() -> None:
    out = Terminal()
    console = Console(out)
    for done in (1, 2):
        console(epoch(done, 100, VALUES))
    shown = [line.rstrip() for line in re.split(r"[\r\n]", out.getvalue())]
    assert max(map(len, shown)) <= 80
    assert shown[1].startswith("  epoch 1/100 ")
    assert shown[1].endswith(" 00:41  train 0.412 valid 0.401 best 0.390 ROC-AUC 0.913")


def test_console_bar_without_room_leaves_out_losses_before_the_score() -> None:
    out = Terminal()
    Console(out)(epoch(1, 100, VALUES, "evaluate", "fold-2", "train"))
    shown = out.getvalue().strip()
    assert shown.startswith("fold-2 epoch 1/100 ")
    assert shown.endswith(" 00:41  valid 0.401 best 0.390 ROC-AUC 0.913")


def test_console_line_keeps_the_last_score_until_another_is_told(monkeypatch) -> None:
    monkeypatch.setattr("fivefold.observers.console.QUIET", 0.0)
    out = io.StringIO()
    console = Console(out)
    console(epoch(1, 60, VALUES))
    console(epoch(2, 60, {**VALUES, "valid_loss": 0.2, "valid_roc_auc": 0.95}))
    console(epoch(3, 60, {name: VALUES[name] for name in ("train_loss", "valid_loss")}))
    console(epoch(1, 60, {"train_loss": 0.5}))
    first, _, third, again = out.getvalue().splitlines()
    told = "  epoch 1/60  train 0.412  valid 0.401  best 0.390  ROC-AUC 0.913  41.0 s left"
    assert (first, len(told) <= 80) == (told, True)
    assert third == (
        "  epoch 3/60  train 0.412  valid 0.401  best 0.390  ROC-AUC 0.950  41.0 s left"
    )
    assert again == "  epoch 1/60  train 0.500"


def test_console_pipe_tells_each_slow_epoch_though_it_says_in_between_that_it_goes_on(
    monkeypatch,
) -> None:
    moment = [0.0]
    monkeypatch.setattr("fivefold.observers.console.time.monotonic", lambda: moment[0])
    out = io.StringIO()
    console = Console(out)
    console(StageStarted(path=("train",), number=3, total=5))
    for done, now in ((1, 20.0), (2, 40.0)):
        moment[0] = now - 0.1
        console._speak()  # as the watch does after a silence
        moment[0] = now
        console(epoch(done, 60, VALUES))
    said = out.getvalue().splitlines()
    assert [line.split("  ")[1] for line in said] == [
        "train, after 19.9 s",
        "epoch 1/60",
        "train, after 39.9 s: epoch 1/60",
        "epoch 2/60",
    ]


def test_console_is_heard_while_the_streams_of_a_run_are_silenced(capsys) -> None:
    console = Console()
    console(RunStarted(seed=0))
    with redirect_stderr(io.StringIO()):  # as a graph is written
        console(StageStarted(path=("deploy",), number=5, total=5))
        console._speak()
    console(RunFinished(seconds=1.0))
    assert re.fullmatch(r"  deploy, after \d+ ms\n", capsys.readouterr().err)
