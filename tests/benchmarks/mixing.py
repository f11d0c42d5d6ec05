"""The loop that trains a mixture beside the same loop by hand, on a table, texts and pictures.

`python tests/benchmarks/mixing.py --rounds 5`: one network with the same first weights learns the
same batches in turn, by `fit` and by a bare loop with resident tensors and fused AdamW. Prints
the ratio of each round: below 1, fivefold is faster.
"""

import argparse
import sys
import time
from collections.abc import Callable

import bare
import numpy as np
import torch
from machine import conditions, sentence
from torch import Tensor, nn
from workloads import two_classes

from fivefold.core.session import derive_seed
from fivefold.models.inputs import Image, Text, Width
from fivefold.models.mixture import Mixture
from fivefold.train.aims import Descent, Objective, Stopping
from fivefold.train.feed import Feed, permutation
from fivefold.train.fit import fit
from fivefold.train.optimizer import adamw

SIZES = {"table": Width(20, measured=20), "note": Text(40, 5000), "photo": Image(3, 32, 32)}
BATCH, EPOCHS, LR = 64, 1, 1e-3


class Rows(dict[str, Tensor]):
    """Tensors by name of which the same rows are taken together."""

    def __getitem__(self, rows: object) -> object:
        if isinstance(rows, str):
            return super().__getitem__(rows)
        return {name: tensor[rows] for name, tensor in self.items()}


def drawn(rows: int) -> tuple[Rows, Tensor]:
    """A table, texts, pictures, and a class that the first number tells."""
    draw = torch.Generator().manual_seed(0)
    inputs = Rows(
        table=torch.randn(rows, 20, generator=draw),
        note=torch.randint(1, 5000, (rows, 40), generator=draw),
        photo=torch.randn(rows, 3, 32, 32, generator=draw),
    )
    return inputs, (inputs["table"][:, 0] > 0).float()


def network() -> nn.Module:
    torch.manual_seed(0)
    return Mixture(SIZES, 1)


def by_fivefold(inputs: Rows, target: Tensor) -> None:
    none = {name: tensor[:0] for name, tensor in inputs.items()}
    fit(
        network(),
        Feed(inputs=dict(inputs), target=target, batch=BATCH),
        Feed(inputs=none, target=target[:0]),
        Objective(loss=two_classes),
        Descent(
            make=lambda body: adamw(body, lr=LR, weight_decay=0.0),
            schedule="constant",
            clip=None,
            precision="float32",
        ),
        Stopping(epochs=EPOCHS, patience=EPOCHS + 1),
    )


def by_hand(inputs: Rows, target: Tensor) -> None:
    torch.manual_seed(derive_seed(0, "noise", "1"))
    bare.train(
        network(),
        inputs,  # type: ignore[arg-type]
        target,
        loss=two_classes,
        lr=LR,
        epochs=EPOCHS,
        batch=BATCH,
        order=lambda epoch: permutation(len(target), 0, epoch),
    )


def seconds(work: Callable[[Rows, Tensor], None], inputs: Rows, target: Tensor) -> float:
    began = time.perf_counter()
    work(inputs, target)
    return time.perf_counter() - began


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=1024)
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args(arguments)
    torch.set_num_threads(asked.threads)
    print(sentence(conditions("torch")), flush=True)
    inputs, target = drawn(asked.rows)
    by_hand(inputs, target)
    ratios = []
    for _ in range(asked.rounds):
        hand = seconds(by_hand, inputs, target)
        ours = seconds(by_fivefold, inputs, target)
        ratios.append(ours / hand)
        print(f"by hand {hand:.2f} s, fivefold {ours:.2f} s, ratio {ratios[-1]:.3f}", flush=True)
    print(f"median {np.median(ratios):.3f}, {min(ratios):.3f} to {max(ratios):.3f}")


if __name__ == "__main__":
    main(sys.argv[1:])
