"""What every kind must keep to, in torch and beyond: its part of a network, and of a bundle."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from fivefold.artifacts import Collected, Deployed
from fivefold.decided import Provenance
from fivefold.kinds.codec import Codec
from fivefold.partition import Partition
from fivefold.testing.probe import Probe

if TYPE_CHECKING:
    from torch import Tensor

ROWS = 60
WIDTH = 64
TOLERANCE = 1e-5


def check_part(probe: Probe, codec: Codec) -> None:
    """The torch half of its block: a fixed module of single rows, and an encoder."""
    import torch

    from fivefold.models.fixed import Fixed
    from fivefold.models.inputs import Codes, Width

    with probe.rule("the half of its block in torch"):
        fixed = Fixed(codec).eval()
    [entry] = fixed.entries
    who, need = type(entry.part).__name__, probe.need
    told = f"{who}.build() gives a module "
    need(not list(fixed.parameters()), f"{told}with parameters, not buffers")
    arrays = codec.encode(probe.table())
    blocks = {name: torch.from_numpy(array) for name, array in arrays.items()}
    with probe.rule("the fixed module of its block"), torch.no_grad():
        made = _only(fixed(blocks))
        rows = [{n: t[row : row + 1] for n, t in blocks.items()} for row in range(len(probe.raw))]
        single = [_only(fixed(row)) for row in rows]
    whole = made.shape[:1] == (len(probe.raw),)
    need(whole, f"{told}that makes {tuple(made.shape)} of {len(probe.raw)} rows")
    need(made.isfinite().all(), f"{told}that makes NaN or infinity")
    alike = torch.allclose(torch.cat(single), made, atol=TOLERANCE)
    need(alike, f"{told}that treats rows otherwise one by one than in one go")
    with probe.rule("building its fixed module from a description"):
        again = Fixed.from_description(fixed.description).eval()
        again.load_state_dict(fixed.state_dict())
        same = torch.equal(_only(again(blocks)), made)
    need(same, f"{who}.fill() sets what is in no buffer: a loaded model answers otherwise")
    array = blocks[entry.array]
    for changes, given in ((entry.part.changes, array), (entry.part.later, made)):
        for name, change in changes.items():
            with probe.rule(f"the change {name!r} of its block"):
                changed = change(given.clone(), entry.size)
            told = f"{who}: the change {name!r} makes {changed.dtype} {tuple(changed.shape)} of "
            told += f"{given.dtype} {tuple(given.shape)}"
            need((changed.shape, changed.dtype) == (given.shape, given.dtype), told)
    for name, mix in entry.part.mixes.items():
        with probe.rule(f"the change {name!r} of its block"):
            mixed, share = mix(made.clone(), made.flip(0), entry.size)
        told = f"{who}: the change {name!r} makes {mixed.dtype} {tuple(mixed.shape)} of "
        told += f"{made.dtype} {tuple(made.shape)}, with shares {tuple(share.shape)}"
        whole = (mixed.shape, mixed.dtype, share.shape) == (made.shape, made.dtype, made.shape[:1])
        need(whole and ((share >= 0) & (share <= 1)).all(), told)
    known, listed = entry.part.every_change, codec.blocks[0].block.changes
    need({*known} == {*listed}, f"the changes {listed} of its block, where {who} has {known}")
    if not isinstance(entry.size, Width | Codes):
        with probe.rule("the encoder of its block"), torch.no_grad():
            encoded = entry.part.encoder(entry.size, WIDTH).eval()(made)
        found, wanted = tuple(encoded.shape), (len(made), WIDTH)
        need(found == wanted, f"{who}.encoder(size, {WIDTH}) gives {found}, not {wanted}")


def _only(batch: "Tensor | dict[str, Tensor]") -> "Tensor":
    if isinstance(batch, dict):
        [batch] = batch.values()
    return batch


def check_bundle(probe: Probe) -> Mapping[str, Any]:
    """A small network learns from it for one epoch; what its replay came to, as Deploy tells it."""
    from fivefold.collect.collect import Collect
    from fivefold.deploy.deploy import Deploy
    from fivefold.pipeline import Pipeline
    from fivefold.preprocess.preprocess import Preprocess
    from fivefold.train.train import Train

    some = np.arange(max(ROWS, len(probe.raw)))
    table = probe.table(probe.read()[some % len(probe.raw)])
    collected = Collected(
        table=table,
        schema=probe.schema,
        usable=np.ones(len(some), dtype=bool),
        given=None,
        findings=(),
        provenance=Provenance(),
    )
    train, valid, test = (some[some % 5 > 1], some[some % 5 == 0], some[some % 5 == 1])
    partition = Partition(train=train, valid=valid, test=test, how="to check a kind")
    with TemporaryDirectory() as folder, probe.rule("a small network that is trained and deployed"):
        path = Path(folder) / "checked.ff"
        stages = [Preprocess(), Train("mixture", epochs=1, threads=1), Deploy(path)]
        pipeline = Pipeline([Collect("none"), *stages])[1:]
        result = pipeline.run(given=[collected, partition], progress=False, device="cpu")
    return result[Deployed].parity
