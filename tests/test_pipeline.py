from inspect import isabstract

import numpy as np
import pytest

import fivefold as ff
from fivefold.core.events import StageTaken
from fivefold.errors import ConfigError, LeakError
from fivefold.pipeline import built_in_stages
from fivefold.testing import check_no_leak, fingerprint


@pytest.fixture(scope="module")
def pipeline():
    return ff.Pipeline([ff.Collect("sklearn:iris"), ff.Preprocess()])


def test_run_with_a_numpy_seed_is_that_of_the_number(pipeline):
    one, two = (pipeline.run(seed=seed, progress=False) for seed in (np.int64(3), 3))
    assert (one[ff.Partition].test == two[ff.Partition].test).all()


@pytest.mark.parametrize("seed", [-1, True, 0.5, "0"])
def test_run_with_something_else_as_seed_is_refused(pipeline, seed):
    with pytest.raises(ConfigError, match="expected a seed of 0 or more"):
        pipeline.run(seed=seed, progress=False)


def test_run_in_silence_prints_nothing(pipeline, capsys):
    pipeline.run(progress=False)
    assert capsys.readouterr() == ("", "")


def test_run_until_a_stage_gives_what_was_written_so_far(pipeline):
    result = pipeline.run(until="collect", progress=False)
    assert ff.Collected in result
    assert ff.Preprocessed not in result


def test_slice_by_name_goes_on_from_a_result(pipeline):
    first = pipeline.run(until="collect", progress=False)
    second = pipeline["preprocess":].run(given=first, progress=False)
    assert second[ff.Collected] is first[ff.Collected]
    assert len(second[ff.Preprocessed].train) == 96


def test_recipes_know_every_public_stage():
    public = [getattr(ff, name) for name in ff.__all__]
    stages = [one for one in public if isinstance(one, type) and issubclass(one, ff.Stage)]
    assert {one for one in stages if not isabstract(one)} - {ff.Stage} == {*built_in_stages()}


def test_from_json_builds_the_same_pipeline(pipeline):
    assert ff.Pipeline.from_json(pipeline.to_json()).to_json() == pipeline.to_json()


def accuracy_twice(target, scores):
    """A metric of one's own, which a recipe knows by name alone."""
    return 2 * float(np.mean(scores.argmax(1) == target))


def whole(folder, metric=accuracy_twice):
    return ff.Pipeline(
        [
            ff.Collect("sklearn:iris"),
            ff.Preprocess(),
            ff.Train(epochs=2, quality="fast", threads=1),
            ff.Evaluate(metrics={"twice": metric}, baselines=("linear",)),
            ff.Deploy(folder / "iris.ff"),
        ]
    )


def broken(target, scores):
    raise ZeroDivisionError


broken.__name__ = "accuracy_twice"


@pytest.mark.slow
def test_resume_after_a_failure_gives_what_a_run_that_never_stopped_gives(tmp_path):
    expected = whole(tmp_path).run(seed=3, progress=False)
    digest = expected[ff.Deployed].digest
    folder = tmp_path / "run"
    with pytest.raises(ZeroDivisionError):
        whole(tmp_path, broken).run(seed=3, directory=folder, progress=False)
    told = []
    found = whole(tmp_path).run(
        seed=3, directory=folder, resume=True, progress=False, observers=[told.append]
    )
    taken = [event.path[-1] for event in told if isinstance(event, StageTaken)]
    assert taken == ["collect", "preprocess", "train"]
    for kind in (ff.Collected, ff.Partition, ff.Preprocessed, ff.Trained, ff.Evaluated):
        assert fingerprint(found[kind].fitted()) == fingerprint(expected[kind].fitted())
        assert list(found[kind].fitted()) == list(expected[kind].fitted())
    assert fingerprint(found[ff.Collected]) == fingerprint(expected[ff.Collected])
    assert fingerprint(found[ff.Partition]) == fingerprint(expected[ff.Partition])
    assert found[ff.Deployed].digest == digest


@pytest.mark.slow
def test_resume_of_a_complete_run_gives_a_result_like_the_first(tmp_path):
    first = whole(tmp_path).run(seed=3, directory=tmp_path / "run", progress=False)
    again = whole(tmp_path).run(seed=3, directory=tmp_path / "run", resume=True, progress=False)
    assert str(again.metrics) == str(first.metrics)
    assert [*again.tables] == [*first.tables]
    for name in {*first.tables} - {"hardware"}:  # of which some is measured where it is asked for
        assert fingerprint(again.tables[name]) == fingerprint(first.tables[name])
    assert again.seconds["train"] == first.seconds["train"]
    row = {column.name: 1.0 for column in first[ff.Collected].schema.inputs}
    assert (again.predict_proba([row]) == first.predict_proba([row])).all()


def test_resume_does_not_read_a_source_that_has_changed_since(tmp_path):
    rows = [f"{n % 7},{n % 3},{'yes' if n % 2 else 'no'}" for n in range(80)]
    source = tmp_path / "a.csv"
    source.write_text("x,y,z\n" + "\n".join(rows))
    pipeline = ff.Pipeline([ff.Collect(source, target="z"), ff.Preprocess()])
    first = pipeline.run(directory=tmp_path / "run", progress=False)
    source.unlink()
    again = pipeline.run(directory=tmp_path / "run", resume=True, progress=False)
    assert fingerprint(again[ff.Preprocessed]) == fingerprint(first[ff.Preprocessed])


def test_check_no_leak_of_a_resumed_run_trains_anew(tmp_path):
    class PeekingTrain(ff.Stage):
        def run(self, data: ff.Preprocessed, session: ff.Session) -> ff.Trained:
            assert session.directory is None or not session.is_refit
            return ff.Train(epochs=1, threads=1).run(data.replace(valid=data.test), session)

    stages = [ff.Collect("sklearn:iris"), ff.Preprocess(), PeekingTrain()]
    pipeline = ff.Pipeline(stages)
    pipeline.run(directory=tmp_path, progress=False)
    resumed = pipeline.run(directory=tmp_path, resume=True, progress=False)
    with pytest.raises(LeakError):
        check_no_leak(resumed)
