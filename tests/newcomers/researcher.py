"""Someone who has to defend a number: intervals, seeds, folds, rivals, and the same bits again.

Run on a table of yours: `python tests/newcomers/researcher.py titanic.csv survived alive`.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import fivefold as ff
from fivefold.testing import check_no_leak

FITS = ("pima",)
"""Sets that `all.py` goes the way with."""


def walk(data: Path, target: str, folder: Path, drop: tuple[str, ...] = ()) -> ff.Verdict:
    """Go the way, and give the verdict on the run without the columns that are left out.

    Args:
        data: a table of two classes or numbers to predict.
        target: its column to predict.
        folder: where files may be written.
        drop: columns that tell the target, of which the first run must warn; none without such.
    """

    def pipeline(*left_out: str, **settings: object) -> ff.Pipeline:
        collect = ff.Collect(data, target=target, drop=left_out)
        train = ff.Train("mlp", epochs=2, threads=1, **settings)
        return ff.Pipeline([collect, ff.Preprocess(), train, ff.Evaluate()])

    if drop:  # what leaks is told before a number is believed, and the line that mends it
        spoilt = pipeline().run(seed=0, progress=False).verdict
        assert (spoilt.trust.tone, spoilt.data.tone) == ("bad", "bad")
        assert "cannot be told" in spoilt.good.sentence
        assert f'"{drop[0]}"' in spoilt.next[0].line

    plain = pipeline(*drop)
    first = plain.run(seed=0, progress=False, directory=folder / "run")
    name, score = next(iter(first.metrics.items()))
    assert score.low <= score <= score.high
    assert (score.method, score.n, score.level) == (
        score.method,
        len(first[ff.Evaluated].index),
        0.95,
    )
    assert first.looks.number == 1
    table = first.tables["model_comparison"]
    assert set(table["verdict"]) <= {"", "wins", "loses", "a tie", "not measured"}
    assert all(str(line) for line in first.verdict.lines())

    again = ff.reproduce(folder / "run", progress=False)  # the same bits, from the folder alone
    assert again.is_exact
    assert check_no_leak(plain, seed=0).compared

    folds = ff.cross_validate(plain, folds=3, progress=False)  # test rows are left alone
    assert folds.metrics[name].method == "nadeau-bengio"
    compared = ff.compare(
        {"as it is": plain, "wide": plain.replace("train", batch=64)},
        folds=3,
        progress=False,
    )
    assert "p_holm" in compared.table

    second = pipeline(*drop, prefer="simpler").run(seed=0, progress=False)
    kept = second[ff.Trained].settings.preferred
    assert kept in ("linear", "boosting", "network")
    assert all('prefer="simpler"' not in advice.line for advice in second.verdict.next)

    page = folder / "report.html"
    first.report(page)
    assert "Is it good?" in page.read_text(encoding="utf-8")
    assert ff.Pipeline.from_json(plain.to_json()).to_json() == plain.to_json()
    return first.verdict


if __name__ == "__main__":
    with TemporaryDirectory() as place:
        print(walk(Path(sys.argv[1]), sys.argv[2], Path(place), tuple(sys.argv[3:])))
