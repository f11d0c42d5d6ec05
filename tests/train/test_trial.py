import torch

import fivefold as ff
from fivefold.train import trial as trying
from fivefold.train.train import Train


def test_what_was_rehearsed_is_not_tried_again(make_data, monkeypatch):
    tried = []
    check = trying.check_module
    monkeypatch.setattr(
        trying, "check_module", lambda *a, **named: tried.append(1) or check(*a, **named)
    )
    data, stage = make_data(), Train("mlp", epochs=1)
    pipeline = ff.Pipeline([stage], given=[ff.Preprocessed])
    first = pipeline.run(given=[data], progress=False)
    assert len(tried) == 1
    again = pipeline.run(given=[data], progress=False)  # a run of its own: it may have changed
    assert len(tried) == 2
    alone = stage.run(data=data, session=first.execution.session.child("train"))
    assert len(tried) == 3
    for one, other, third in zip(
        *(t.model.state_dict().values() for t in (first[ff.Trained], again[ff.Trained], alone)),
        strict=True,
    ):
        assert torch.equal(one, other)
        assert torch.equal(one, third)
