"""One step of learning: the gradients of a batch, bounded, and the move."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn

from fivefold.core.wording import first_line
from fivefold.errors import TrainingError
from fivefold.models.losses import mean_of, positive
from fivefold.train.aims import Descent, Objective, Precision
from fivefold.train.feed import Feed
from fivefold.train.optimizer import FusedAdamW, Optimizer

DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}


class Stepper:
    """What a step does to a network, and in how many pieces its batch goes through.

    When memory runs out, the step is done again in pieces of half the size: their gradients add up
    to those of the batch, so what is learnt stays the same, but for layers that look at other
    rows of the batch and for the random numbers of the failed try.

    Args:
        model: takes a batch of inputs, gives outputs for the loss.
        optimizer: holds the parameters.
        objective: what is minimised.
        descent: with its bound, precision and pieces.
        device: where.
        tell: told when memory ran out.
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: Optimizer,
        objective: Objective,
        descent: Descent,
        device: torch.device,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self.model, self.optimizer, self.loss = model, optimizer, objective.loss
        self.clip, self.precision, self.device = descent.clip, descent.precision, device
        self.pieces, self.split, self.tell = descent.pieces, False, tell
        self.taken = 0  # steps before, for what draws by their number
        self.hold()
        self.mixed, self.scaled = descent.precision != "float32", descent.precision == "fp16"
        self.plain = nullcontext()  # one for all steps
        self.scaler = torch.amp.GradScaler(device.type, enabled=self.scaled)

    def hold(self) -> None:
        """Know the parameters that the optimizer moves."""
        groups = self.optimizer.param_groups
        self.parameters: list[Tensor] = [weight for group in groups for weight in group["params"]]
        self.exact = all(weight.dtype == torch.float32 for weight in self.parameters)

    def __call__(self, feed: Feed, picked: Tensor) -> tuple[Tensor, Tensor | None]:
        """Learn from the rows that are picked.

        Returns:
            The mean loss, and the gradient's norm where it is bounded.

        Raises:
            TrainingError: if a smaller piece, made because memory ran out, does not go through.
        """
        while True:
            try:
                self.optimizer.zero_grad()
                value = self._gradients(feed, picked)
                break
            except Exception as error:
                out = is_out_of_memory(error)
                if self.split and not out:
                    rows = -(-len(picked) // self.pieces)
                    raise TrainingError(
                        f"Train: expected pieces of {rows:,} rows to go through since memory ran "
                        f"out, found {type(error).__name__}.",
                        evidence=first_line(error),
                        remedy="Pass a smaller `batch` to Train, with accumulate=1.",
                        rows=rows,
                    ) from error
                if not out or self.pieces >= len(picked):
                    raise
            self.split = True
            self.pieces = min(2 * self.pieces, len(picked))
            self.optimizer.zero_grad()
            if self.device.type == "cuda":
                torch.cuda.empty_cache()
            if self.tell is not None:
                rows = -(-len(picked) // self.pieces)
                self.tell(
                    f"Memory ran out: each batch of {len(picked):,} rows now goes through in "
                    f"{self.pieces} pieces of {rows:,}, whose gradients add up."
                )
        return value, self._move()

    def _gradients(self, feed: Feed, picked: Tensor) -> Tensor:
        total: Tensor | None = None
        counted: Tensor | float | None = None
        count, rows, device = min(self.pieces, len(picked)), len(picked), self.device
        for some in picked.tensor_split(count) if count > 1 else (picked,):
            piece = feed.take(some, training=True)
            with autocast(device, self.precision) if self.mixed else self.plain:
                cost = piece.cost(self.loss, self.model(piece.inputs))
            if count == 1:
                value = mean_of(cost)
            elif not isinstance(cost, tuple):
                value = cost * (len(some) / rows)
            else:
                value = cost[0] / rows
                counted = cost[1] if counted is None else counted + cost[1]
            scaled = self.scaler.scale(value) if self.scaled else value
            scaled.backward()  # type: ignore[no-untyped-call]
            total = value.detach() if total is None else total + value.detach()
        assert total is not None
        if counted is None:
            return total
        share = rows / positive(counted)  # what counts of the batch is known after its last piece
        held = [parameter.grad for parameter in self.parameters if parameter.grad is not None]
        with torch.no_grad():
            torch._foreach_mul_(held, share)
        return total * share

    def _move(self) -> Tensor | None:
        if self.clip is None and not self.scaled:
            self.optimizer.step()
            return None
        if isinstance(self.optimizer, FusedAdamW) and self.exact and not self.scaled:
            assert self.clip is not None
            length = gradient_norm(self.parameters)
            self.optimizer.step(((length + 1e-6) / self.clip).clamp_(min=1))
            return length
        norm = None
        if self.clip is not None:
            self.scaler.unscale_(self.optimizer)  # type: ignore[arg-type]
            norm = nn.utils.clip_grad_norm_(self.parameters, self.clip)
        self.scaler.step(self.optimizer)  # type: ignore[arg-type]
        self.scaler.update()
        return norm


@torch.no_grad()
def gradient_norm(parameters: Sequence[Tensor]) -> Tensor:
    """The norm of all gradients taken as one vector."""
    grads = [parameter.grad for parameter in parameters if parameter.grad is not None]
    norm: Tensor = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(grads)))
    return norm


def autocast(device: torch.device, precision: Precision) -> AbstractContextManager[object]:
    """The context in which a forward pass has this precision."""
    if precision == "float32":
        return nullcontext()
    return torch.autocast(device.type, DTYPES[precision])


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, on a GPU or on the CPU.

    Example:
        >>> is_out_of_memory(RuntimeError("DefaultCPUAllocator: can't allocate memory"))
        True
    """
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return "DefaultCPUAllocator" in str(error)
