"""What every stage must keep to."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from fivefold.core.artifact import load, save
from fivefold.core.context import Context, Given
from fivefold.core.key import Key
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.errors import DataError, RecipeError, StoreError
from fivefold.fingerprint import fingerprint


def check_stage(stage: Stage, *inputs: Given) -> None:
    """Check what every stage must keep to.

    Its settings go to JSON and back; running it leaves its inputs as they were; two runs with one
    seed are equal; what it writes can be saved and loaded, or says why not. Some rows of a `Change`
    are tried alone and in another order: each gives what it gives among others.

    Args:
        stage: to be checked.
        inputs: the artifacts it reads, labelled ones as `{(Trained, "teacher"): artifact}`; a
            session is made if none is among them.

    Raises:
        AssertionError: saying which rule is broken.
    """
    from fivefold.core.recipe import read_recipe, write_recipe

    name = type(stage).__name__
    try:
        text = write_recipe([stage])
        copy = read_recipe(text, [type(stage)])[0]
        assert write_recipe([copy]) == text, f"{name}: settings change on their way through JSON"
    except RecipeError:
        note = json.loads(write_recipe([stage], strict=False))
        assert "$object" in json.dumps(note), f"{name}: settings do not go into a recipe"
    handed = [Context.of(one) for one in inputs]
    given = {key: context[key] for context in handed for key in context}
    given.setdefault(Key(Session), Session(seed=0))
    arguments = {read.name: given.get(read.key) for read in stage.wiring.reads}
    missing = [str(r.key) for r in stage.wiring.reads if not r.optional and r.key not in given]
    assert not missing, f"{name}: inputs lack {', '.join(missing)}"
    before = {key: fingerprint(artifact) for key, artifact in given.items()}
    try:
        first, second = stage.run(**arguments), stage.run(**arguments)
    except DataError as error:
        raise AssertionError(f"{name}: {error}") from None
    declared = stage.wiring.writes.type
    assert type(first) is declared, f"{name}: run() gave {type(first).__name__}, not {declared}"
    for key, artifact in given.items():
        assert fingerprint(artifact) == before[key], f"{name}: run() changed its input {key}"
    differ = fingerprint(first.fitted()) != fingerprint(second.fitted())
    assert not differ, f"{name}: two runs with one seed differ"
    made = (lambda: stage.outline(**arguments)) if type(stage).has_outline() else None
    with TemporaryDirectory() as folder:
        try:
            save(first, Path(folder) / "artifact", made)
        except StoreError:
            return
        loaded = load(declared, Path(folder) / "artifact", made)
        changed = fingerprint(loaded.fitted()) != fingerprint(first.fitted())
        assert not changed, f"{name}: {declared.__name__} changes when saved and loaded"
