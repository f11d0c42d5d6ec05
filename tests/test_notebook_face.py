"""What a notebook shows of objects: names that complete, help, and errors that suggest."""

import inspect
import pydoc

import pytest

import fivefold as ff

STAGES = (ff.Collect, ff.Split, ff.Preprocess, ff.Train, ff.Evaluate, ff.Deploy)


@pytest.mark.parametrize("stage", STAGES)
def test_help_of_a_stage_tells_settings_and_nothing_of_pydantic(stage):
    told = pydoc.render_doc(stage, renderer=pydoc.plaintext)
    assert "FieldInfo" not in told
    assert "pydantic" not in told.replace("pydantic.main.BaseModel", "")
    assert "Validator" not in str(inspect.signature(stage))
    assert "Undefined" not in str(inspect.signature(stage))
    for name in stage.model_fields:
        assert name in told.split("Method resolution order")[0]


def test_stages_complete_to_settings():
    names = dir(ff.Train(epochs=3))
    assert {"epochs", "quality", "replace", "run"} <= {*names}
    assert not {"model_fields", "model_dump", "parse_obj"} & {*dir(ff.Train)}


def test_artifacts_asked_for_by_a_text_name_their_class():
    result = ff.Pipeline([ff.Collect("sklearn:iris"), ff.Preprocess()]).run(progress=False)
    for name, wanted in (("collect", "Collected"), ("preprocesed", "Preprocessed")):
        with pytest.raises(KeyError, match=rf"result\[ff\.{wanted}\]"):
            result[name]
    assert result.context._ipython_key_completions_()[0] is ff.Collected
    assert "errors" in dir(ff)
