"""Training that is steered by hand, beside the same in plain PyTorch: both end with equal bits.

Run: python examples/steered.py
"""

import copy

import torch
import torch.nn.functional as F
from sklearn.datasets import load_breast_cancer
from torch import nn

import fivefold as ff
from fivefold.core.session import derive_seed

EPOCHS, BATCH, LR = 30, 32, 3e-3


class Net(nn.Module):
    """A fixed random projection, and what learns on it."""

    def __init__(self, inputs=30, outputs=1):
        super().__init__()
        self.projection = nn.Linear(inputs, 64)
        self.hidden = nn.Linear(64, 32)
        self.out = nn.Linear(32, outputs)

    def forward(self, table):
        return self.out(self.hidden(self.projection(table).relu()).relu())


class Watch(ff.Callback):
    """Keeps the loss of each step, and ends training when the validation loss is low enough."""

    def __init__(self, enough):
        self.enough, self.losses = enough, []

    def step(self, run):
        self.losses.append(float(run.loss))

    def epoch(self, run):
        if run.row["valid_loss"] < self.enough:
            run.stop(f"a validation loss of {self.enough} is enough")


def falling(progress):
    """The rate falls as a line."""
    return 1 - progress


def as_many(epoch, generator, target):
    """All rows of the rarer class, and as many of the other, in random order."""
    classes = [(target == label).nonzero()[:, 0] for label in (0, 1)]
    fewest = min(map(len, classes))
    drawn = [rows[torch.randperm(len(rows), generator=generator)[:fewest]] for rows in classes]
    return torch.cat(drawn)[torch.randperm(2 * fewest, generator=generator)]


def tumours():
    """The table of scikit-learn, in which large tumours count three times."""
    table = load_breast_cancer(as_frame=True).frame
    return table.assign(weight=1 + 2 * (table["mean radius"] > 15))


def cost(outputs, target, weight):
    """The mean loss of rows that do not count alike."""
    each = F.binary_cross_entropy_with_logits(outputs[:, 0], target, reduction="none")
    return (each * weight).sum() / weight.sum()


def steered(net, watch):
    """With fivefold."""
    collect = ff.Collect(tumours(), target="target", weight="weight")
    train = ff.Train(
        net,
        epochs=EPOCHS,
        batch=BATCH,
        lr={"out.*": LR / 3, "*": LR},
        weight_decay=0.0,
        schedule=falling,
        sampler=as_many,
        freeze=["projection.*"],
        callbacks=[watch],
        clip=None,
        threads=1,
    )
    pipeline = ff.Pipeline([collect, ff.Preprocess(), train])
    return pipeline.run(seed=0, device="cpu", progress=False)


def plain(net, train, valid, enough):
    """The same loop by hand; gives the losses of its steps."""
    (x, y, w), (xv, yv, wv) = train, valid
    net.projection.requires_grad_(False)
    groups = [{"params": net.out.parameters(), "lr": LR / 3}, {"params": net.hidden.parameters()}]
    optimizer = torch.optim.AdamW(groups, lr=LR, weight_decay=0.0, fused=True)
    full = [group["lr"] for group in optimizer.param_groups]
    seed, losses, lowest, best = derive_seed(0, "train"), [], float("inf"), {}
    for epoch in range(1, EPOCHS + 1):
        generator = torch.Generator().manual_seed(derive_seed(seed, "order", str(epoch)))
        order = as_many(epoch, generator, y)
        steps = len(order) // BATCH
        net.train()
        for step in range(steps):
            factor = falling(len(losses) / (EPOCHS * steps))
            for group, lr in zip(optimizer.param_groups, full, strict=True):
                group["lr"] = lr * factor
            rows = order[step * BATCH : (step + 1) * BATCH]
            optimizer.zero_grad()
            loss = cost(net(x[rows]), y[rows], w[rows])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        with torch.no_grad():
            judged = cost(net.eval()(xv), yv, wv).item()
        if judged < lowest:
            lowest, best = judged, copy.deepcopy(net.state_dict())
        if judged < enough:
            break
    net.load_state_dict(best)
    return losses


def main(enough=0.15):
    """Trains both ways; gives whether all weights and losses are equal to the bit."""
    torch.manual_seed(0)
    net, watch = Net(), Watch(enough)
    result = steered(net, watch)
    data, model = result[ff.Preprocessed], result[ff.Trained].model
    parts = []
    for rows in (data.train, data.valid):
        inputs = {name: torch.from_numpy(array) for name, array in rows.inputs.items()}
        weight = rows.weight / rows.weight.mean()
        others = [torch.tensor(array, dtype=torch.float32) for array in (rows.target, weight)]
        parts.append((model.fixed(inputs), *others))
    torch.set_num_threads(1)
    losses = plain(net, *parts, enough)
    settings = result[ff.Trained].settings
    print(f"{settings['ending']} after {settings['epochs_run']} epochs, {len(losses)} steps")
    pairs = zip(net.state_dict().values(), model.body.state_dict().values(), strict=True)
    return watch.losses == losses and all(torch.equal(one, other) for one, other in pairs)


if __name__ == "__main__":
    print("equal bits" if main() else "other bits")
