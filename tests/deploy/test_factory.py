import copy
from dataclasses import replace

import numpy as np
import torch
from torch import nn

from fivefold.deploy.deploy import Deploy
from fivefold.deploy.factory import scores_of, torch_factory
from fivefold.deploy.package import pack_weights
from fivefold.models.assemble import assemble
from fivefold.models.score import score
from fivefold.serve.predictor import load


def test_torch_bundle_is_served_with_the_factory(mixed, tmp_path):
    result = Deploy(tmp_path / "x.ff", format="torch").run(
        mixed.collected, mixed.partition, mixed.data, mixed.trained, mixed.session, mixed.evaluated
    )
    assert result.parity["csv"] <= 1e-5
    model = load(result.path, factory=torch_factory(type(mixed.trained.model.body)))
    rows = mixed.collected.table.take(mixed.partition.test)
    columns = {name: rows.column(name) for name in rows.names}
    np.testing.assert_allclose(model.predict_proba(columns), mixed.evaluated.scores, atol=1e-6)


def test_scores_of_a_fresh_network_with_packed_weights_are_those_of_the_old(mixed):
    torch.manual_seed(99)
    fresh = assemble(mixed.data.codec, type(mixed.trained.model.body))
    scores = scores_of(fresh, pack_weights(mixed.trained.model))
    np.testing.assert_array_equal(scores(mixed.data.test.inputs), mixed.evaluated.scores)


def test_packed_weights_bring_the_head_that_they_were_trained_with(mixed):
    trained, rows = mixed.trained.model, mixed.data.test.inputs
    codec = copy.copy(mixed.data.codec)
    codec.schema = replace(codec.schema, task="regression", classes=())
    counts = assemble(codec, lambda *_: nn.Flatten(), target=np.arange(9.0), loss="poisson")
    counts.fixed, counts.body = trained.fixed, trained.body
    scores = scores_of(assemble(codec, type(trained.body)), pack_weights(counts))
    np.testing.assert_array_equal(scores(rows), score(counts, rows))
    assert (scores(rows) > 0).all()


def test_pack_weights_of_tied_and_strided_tensors_keeps_every_name():
    from safetensors.torch import load as load_tensors

    class Tied(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = torch.nn.Parameter(torch.arange(6.0).view(2, 3))
            self.b = self.a
            self.register_buffer("c", torch.arange(6.0).view(2, 3).T)

    weights = load_tensors(pack_weights(Tied()))
    assert set(weights) == {"a", "b", "c"}
    assert torch.equal(weights["c"], torch.arange(6.0).view(2, 3).T)
