"""Where to compute, and what it took."""

import platform
import sys

import torch

from fivefold.core.wording import plural
from fivefold.errors import PreflightError
from fivefold.train.aims import Precision


def find_device(wish: str) -> torch.device:
    """The device that a wish means on this machine: `auto` is the first GPU, or else the CPU.

    Raises:
        PreflightError: if the device is not there.
    """
    cuda = torch.cuda.is_available()
    if wish == "auto":
        return torch.device("cuda:0" if cuda else "cpu")
    try:
        device = torch.device(wish)
    except RuntimeError:
        raise PreflightError(
            f"Train: expected a device such as auto, cpu or cuda:0, found {wish!r}.",
            remedy='Pass device="auto".',
            device=wish,
        ) from None
    if device.type not in {"cpu", "cuda"}:
        raise PreflightError(
            f"Train: expected a CPU or a GPU of CUDA, found {wish!r}.",
            remedy='Pass device="auto".',
            device=wish,
        )
    gpus = torch.cuda.device_count() if cuda else 0
    if device.type == "cuda" and (device.index or 0) >= gpus:
        raise PreflightError(
            f"Train: expected the device {wish!r}, found {plural(gpus, 'GPU')}.",
            evidence=f"torch {torch.__version__}.",
            remedy='Pass device="auto", or install a build of torch for this GPU.',
            device=wish,
        )
    return device


def device_name(device: torch.device) -> str:
    """What computes: the GPU, or the kind of processor and the instructions torch uses on it."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}"


def peak_bytes(device: torch.device) -> int:
    """The most memory used so far: by this process, or on the GPU since its last reset.

    Returns:
        Bytes; 0 where the system does not say.
    """
    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    try:
        import resource
    except ImportError:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def find_precision(wish: str, device: torch.device) -> Precision:
    """The precision that a wish means: `auto` is bf16 on a GPU that has it, or else float32."""
    if wish != "auto":
        return wish  # type: ignore[return-value]
    bf16 = device.type == "cuda" and torch.cuda.is_bf16_supported()
    return "bf16" if bf16 else "float32"
