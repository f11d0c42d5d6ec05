"""One contender in a process of its own: seconds before its first step, and peak memory.

`speed.py` starts it: `python alone.py CONTENDER WORKLOAD DEVICE FOLDER QUICK`; the answer is one
line of JSON.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn
from workloads import WORKLOADS, Workload

CONTENDERS = ("bare", "fit", "train")


def ask(contender: str, work: Workload, *, device: str, folder: Path, quick: bool) -> Any:
    """Run one contender in a fresh process with one thread and give what it measured."""
    command = [sys.executable, __file__, contender, work.name, device, str(folder), str(int(quick))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{contender} on {work.name}: {done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def peak_megabytes(device: str) -> float:
    """The most memory so far: of this process, or of the GPU.

    On Linux by `VmHWM`, since `ru_maxrss` remembers the process that started this one.
    """
    if device == "cuda":
        return torch.cuda.max_memory_allocated() / 2**20
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) / 2**10
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def clocked(model: nn.Module, batch: int, seen: list[float]) -> nn.Module:
    """The network, noting when it is first given a whole batch."""

    def note(module: nn.Module, arguments: tuple[Any, ...]) -> None:
        if not seen and len(arguments[0]) == batch:
            seen.append(time.perf_counter())

    model.register_forward_pre_hook(note)
    return model


def prepare(contender: str, work: Workload, device: str, folder: Path) -> Callable[[Any], None]:
    """A function that trains a network with the contender, data at hand."""
    if contender == "train":
        import ours

        data = ours.load_data(folder)
        return lambda model: ours.run_stage(ours.train_stage(work, model), data, device=device)
    inputs, target = (tensor.to(device) for tensor in work.data(work.rows))
    if contender == "fit":
        import ours

        return lambda model: ours.fit_network(
            work, model.to(device), inputs, target, loss=F.cross_entropy
        )
    import bare

    return lambda model: bare.train(
        model.to(device),
        inputs,
        target,
        loss=F.cross_entropy,
        lr=work.lr,
        epochs=work.epochs,
        batch=work.batch,
        order=lambda epoch: torch.randperm(work.rows),
    )


def main(arguments: list[str]) -> None:
    contender, name, device, folder, quick = arguments
    torch.set_num_threads(1)
    work = WORKLOADS[name].sized(device, quick=quick == "1")
    outputs = 1 if contender == "train" and work.classes == 2 else work.classes
    action = prepare(contender, work, device, Path(folder))
    answer: dict[str, Any] = {"before_megabytes": peak_megabytes(device)}
    for which in ("cold", "warm"):
        seen: list[float] = []
        model = clocked(work.network(outputs), work.batch, seen)
        started = time.perf_counter()
        action(model)
        answer[f"{which}_seconds"] = seen[0] - started if seen else None
        answer.setdefault("peak_megabytes", peak_megabytes(device))
    print(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1:])
