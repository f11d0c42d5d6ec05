"""What training computed, held and used: worked out when somebody asks, as it takes a moment."""

import subprocess
import sys
from collections.abc import Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Any

from fivefold.artifacts import PARTS, Collected, Preprocessed, Trained
from fivefold.codecs.table import Array
from fivefold.core.cores import cores
from fivefold.core.wording import bytes_text, first_line, plural
from fivefold.evaluate.hardware import UNKNOWN, processor
from fivefold.kinds.known import kind_of

if TYPE_CHECKING:
    import pandas as pd
    import torch

    from fivefold.models.inputs import Batch

WATTS_OF_A_CORE, WATTS_OF_A_GIBIBYTE = 12.0, 0.3725
"""What a core in use and memory take where nothing measures it.

Reference:
    Lannelongue et al., Green Algorithms: Quantifying the Carbon Footprint of Computation, Advanced
    Science 2021.
"""

COPIES = 3
"""How often the rows of a table are held at the peak of training, tests/evaluate/test_effort.py."""

OPERATIONS = (
    *("operations of a row", "operations of a row in training", "operations of training"),
    *("peak of this machine", "fraction of the peak"),
)
TIMES = 10
EXAMPLES, SAMPLE = 8, 1024
SIDE, SIDE_OF_GPU, PRODUCTS = 768, 4096, 4


def effort(trained: Trained, data: Preprocessed, collected: Collected) -> "pd.DataFrame":
    """What training took beyond its seconds, as `quantity` and `value` texts like `hardware`.

    Returns:
        Floating-point operations of a row forward, of a row in training, and of all of training
        (products, convolutions and attention; trees are not counted); the peak of this machine,
        measured by products of matrices, with the threads and the precision of training; the
        fraction of it that training reached, all its seconds counted; bytes of the network on
        disk; memory of the rows, and what the peak would be with 10 times as many; files decoded
        a second; energy, with what it assumes.
    """
    import pandas as pd

    facts = {"network on disk": _disk(trained), **_memory(trained, data, collected)}
    facts |= _operations(trained, data)
    for name, rate in collected.decoded.items():
        kind = kind_of(collected.schema[name].kind)
        facts[f"{kind.plural} of {name} decoded a second"] = (
            f"{rate:,.0f} ({plural(cores(), 'core')})"
        )
    facts["energy of training"] = energy(trained)
    return pd.DataFrame({"quantity": list(facts), "value": list(map(str, facts.values()))})


def _disk(trained: Trained) -> str:
    tensors = trained.model.state_dict().values()
    return bytes_text(sum(t.numel() * t.element_size() for t in tensors)) or UNKNOWN


def _operations(trained: Trained, data: Preprocessed) -> dict[str, str]:
    from fivefold.models.operations import forward_operations, rows_of, step_operations

    told = dict.fromkeys(OPERATIONS, UNKNOWN)
    row, in_training, in_all, peak_here, fraction = OPERATIONS
    settings, resources = trained.settings, trained.resources
    peak = machine_peak(settings.device, settings.threads, settings.precision)
    told[peak_here] = f"{_si(peak)} a second"
    if not list(trained.model.body.parameters()):
        name = settings.network or type(trained.model.body).__name__
        return told | {row: f"{UNKNOWN}: {name} has no weights that torch multiplies"}
    try:
        batch = encoded(trained, data)
        rows, body = rows_of(batch), trained.model.body
        forward, step = forward_operations(body, batch) / rows, step_operations(body, batch) / rows
    except Exception as error:  # a module of the user's may do anything
        return told | {row: f"{UNKNOWN}: {first_line(error) or type(error).__name__}"}
    total = settings.epochs_run * (step * len(data.train) + forward * len(data.valid))
    told |= {row: _si(forward), in_training: _si(step), in_all: _si(total)}
    if resources.resumed_steps:
        told[fraction] = f"{UNKNOWN}: training was resumed"
    elif resources.seconds > 0:
        told[fraction] = f"{total / resources.seconds / peak:.2%}"
    return told


def encoded(trained: Trained, data: Preprocessed) -> "Batch":
    """A few training rows as the network gets them."""
    import torch

    from fivefold.models.score import tensor

    some = {name: values[:EXAMPLES] for name, values in data.train.inputs.items()}
    with torch.no_grad():
        batch: Batch = trained.model.fixed({name: tensor(part) for name, part in some.items()})
    return batch


def machine_peak(device: str = "cpu", threads: int = 0, precision: str = "float32") -> float:
    """Floating-point operations a second of products of large matrices, the best of a few.

    Args:
        device: where.
        threads: of the CPU; 0 for torch's own choice.
        precision: of the numbers, as `Train` names it.
    """
    import torch

    from fivefold.models.threads import threads_set

    where = torch.device(device if torch.cuda.is_available() else "cpu")
    side = SIDE_OF_GPU if where.type == "cuda" else SIDE
    dtype = {"bf16": torch.bfloat16, "fp16": torch.float16}.get(precision, torch.float32)
    left = torch.ones(side, side, dtype=dtype, device=where)
    seconds = []
    with threads_set(threads or None), torch.inference_mode():
        for _ in range(PRODUCTS):
            _wait(where)
            started = perf_counter()
            torch.mm(left, left)
            _wait(where)
            seconds.append(perf_counter() - started)
    return 2.0 * side**3 / min(seconds)


def _wait(device: "torch.device") -> None:
    import torch

    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _memory(trained: Trained, data: Preprocessed, collected: Collected) -> dict[str, str]:
    """What the rows take, and the peak of the process with more of them."""
    held = rows_bytes(data, collected)
    try:
        batch = encoded(trained, data)
        tensors = batch.values() if isinstance(batch, Mapping) else [batch]
        row = sum(t[0].numel() * t.element_size() for t in tensors)
        once = trained.settings.encoded == "once"
        held += row * (len(data.train) + len(data.valid)) if once else 0
    except Exception:  # a module of the user's: the rows as they are encoded are known
        pass
    peak = trained.resources.peak_bytes
    more = bytes_text(round(peak + (TIMES - 1) * COPIES * held)) if peak else UNKNOWN
    how = f"predicted: what the rows take {COPIES} times over grows, the rest stays"
    return {
        "memory of the rows": bytes_text(held),
        f"peak memory with {TIMES} times the rows": f"{more} ({how})" if peak else UNKNOWN,
    }


def rows_bytes(data: Preprocessed, collected: Collected) -> int:
    """Bytes of the table and of its encoded rows; those of texts and pictures from a sample."""
    table = sum(_bytes(collected.table.column(name)) for name in collected.table.names)
    parts = [getattr(data, part) for part in PARTS]
    arrays = (values for rows in parts for values in (*rows.inputs.values(), rows.target))
    return table + sum(int(values.nbytes) for values in arrays)


def _bytes(values: Array) -> int:
    if values.dtype != object:
        return int(values.nbytes)
    some = values[:: max(1, -(-len(values) // SAMPLE))]
    own = {id(cell): int(getattr(cell, "nbytes", 0)) or sys.getsizeof(cell) for cell in some}
    if len(own) < len(some) / 2:  # cells that share their objects
        return int(values.nbytes + sum(own.values()))
    return int(values.nbytes + sum(own.values()) / len(own) * len(values))


def energy(trained: Trained) -> str:
    """What training used, with what that assumes; `not measured` without its seconds.

    Returns:
        `0.0042 Wh (assumed: ...)`.
    """
    settings, resources = trained.settings, trained.resources
    seconds, peak = resources.seconds, resources.peak_bytes or 0
    if not seconds > 0:
        return UNKNOWN
    if settings.device.startswith("cuda"):
        limit = power_limit(settings.device)
        if limit is None:
            return f"{UNKNOWN}: the limit of the GPU's power is not known"
        hours = limit * seconds / 3600
        return f"{hours:.3g} Wh (assumed: the GPU at its limit of {limit:g} W throughout)"
    threads = max(1, settings.threads)
    watts = threads * WATTS_OF_A_CORE + peak / 2**30 * WATTS_OF_A_GIBIBYTE
    cores = "1 core" if threads == 1 else f"{threads} cores"
    return (
        f"{watts * seconds / 3600:.3g} Wh (assumed: {cores} at {WATTS_OF_A_CORE:g} W throughout, "
        f"{WATTS_OF_A_GIBIBYTE:.2g} W a GiB; Green Algorithms, 2021)"
    )


def power_limit(device: str) -> float | None:
    """Watts that a GPU may take, as its driver says; None where it does not."""
    place = device.partition(":")[2] or "0"
    query = ("--query-gpu=power.limit", "--format=csv,noheader,nounits", "-i", place)
    try:
        command = ["nvidia-smi", *query]
        told = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)
        return float(told.stdout.strip())
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def is_here(hardware: "pd.DataFrame") -> bool:
    """Whether a table of hardware is about this machine."""
    facts: dict[str, Any] = dict(zip(hardware["quantity"], hardware["value"], strict=True))
    return bool(facts.get("processor") == processor())


def _si(count: float) -> str:
    """A count of operations in the unit that one reads it in.

    Example:
        >>> _si(60.0), _si(1.5e9)
        ('60 FLOP', '1.5 GFLOP')
    """
    for size, unit in ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if count >= size:
            return f"{count / size:.3g} {unit}FLOP"
    return f"{count:.3g} FLOP"
