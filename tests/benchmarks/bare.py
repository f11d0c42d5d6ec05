"""The loops that an expert writes by hand, in plain torch: resident tensors, fused AdamW.

Nothing of fivefold is used here. Weights do not decay, so that one parameter group, the fastest
form, is the same mathematics.
"""

import copy
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Loss = Callable[[Tensor, Tensor], Tensor]
Order = Callable[[int], Tensor]


def train(
    model: nn.Module,
    inputs: Tensor,
    target: Tensor,
    *,
    loss: Loss,
    lr: float,
    epochs: int,
    batch: int,
    order: Order,
) -> None:
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=0.0, fused=True)
    model.train()
    for epoch in range(1, epochs + 1):
        rows = order(epoch).to(target.device)
        for start in range(0, len(rows) - batch + 1, batch):
            picked = rows[start : start + batch]
            optimizer.zero_grad(set_to_none=True)
            loss(model(inputs[picked]), target[picked]).backward()
            optimizer.step()
    model.eval()


def train_bf16(
    model: nn.Module,
    inputs: Tensor,
    target: Tensor,
    *,
    loss: Loss,
    lr: float,
    epochs: int,
    batch: int,
    order: Order,
) -> None:
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=0.0, fused=True)
    model.train()
    for epoch in range(1, epochs + 1):
        rows = order(epoch).to(target.device)
        for start in range(0, len(rows) - batch + 1, batch):
            picked = rows[start : start + batch]
            optimizer.zero_grad(set_to_none=True)
            with torch.autocast(target.device.type, torch.bfloat16):
                value = loss(model(inputs[picked]), target[picked])
            value.backward()
            optimizer.step()
    model.eval()


def crop_and_flip(images: Tensor, *, pixels: int = 2) -> Tensor:
    count, _, height, width = images.shape
    device = images.device
    padded = F.pad(images, (pixels,) * 4)
    moves = torch.randint(0, 2 * pixels + 1, (2, count, 1), device=device)
    rows = torch.arange(height, device=device) + moves[0]
    columns = torch.arange(width, device=device) + moves[1]
    picked = torch.arange(count, device=device)[:, None, None]
    moved = padded[picked, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
    mirrored = torch.rand(count, 1, 1, 1, device=device) < 0.5
    return torch.where(mirrored, moved.flip(-1), moved)


def train_images(
    model: nn.Module,
    inputs: Tensor,
    target: Tensor,
    *,
    loss: Loss,
    lr: float,
    epochs: int,
    batch: int,
    order: Order,
    noise: Callable[[int], int],
    bf16: bool = False,
) -> None:
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=0.0, fused=True)
    device = target.device
    model.train()
    for epoch in range(1, epochs + 1):
        torch.manual_seed(noise(epoch))
        rows = order(epoch).to(device)
        for start in range(0, len(rows) - batch + 1, batch):
            picked = rows[start : start + batch]
            images = crop_and_flip(inputs[picked])
            optimizer.zero_grad(set_to_none=True)
            with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
                value = loss(model(images), target[picked])
            value.backward()
            optimizer.step()
    model.eval()


def train_validated(
    model: nn.Module,
    train: tuple[Tensor, Tensor],
    valid: tuple[Tensor, Tensor],
    *,
    loss: Loss,
    lr: float,
    epochs: int,
    batch: int,
    order: Order,
    augment: Callable[[Tensor], Tensor] | None = None,
) -> list[tuple[float, float]]:
    (inputs, target), history, lowest = train, [], float("inf")
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=0.0, fused=True)
    best = copy.deepcopy(model.state_dict())
    for epoch in range(1, epochs + 1):
        model.train()
        rows = order(epoch).to(target.device)
        total = torch.zeros((), device=target.device)
        for start in range(0, len(rows) - batch + 1, batch):
            picked = rows[start : start + batch]
            taken = inputs[picked] if augment is None else augment(inputs[picked])
            optimizer.zero_grad(set_to_none=True)
            value = loss(model(taken), target[picked])
            value.backward()
            optimizer.step()
            total += value.detach()
        model.eval()
        with torch.no_grad():
            parts = zip(valid[0].split(batch), valid[1].split(batch), strict=True)
            judged = sum(loss(model(x), y) * len(y) for x, y in parts) / len(valid[1])
        history.append((total.item() / (len(rows) // batch), float(judged)))
        if history[-1][1] < lowest:
            lowest, best = history[-1][1], copy.deepcopy(model.state_dict())
    model.load_state_dict(best)
    return history
