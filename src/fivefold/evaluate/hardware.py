"""What the numbers of a run were measured on."""

import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fivefold.artifacts import Trained
from fivefold.core.cores import cores
from fivefold.core.identity import version_of

if TYPE_CHECKING:
    import pandas as pd

UNKNOWN = "not measured"
PACKAGES = ("torch", "numpy", "pandas", "scikit-learn")


def hardware(trained: Trained) -> "pd.DataFrame":
    """The machine, the versions and what training took, as `quantity` and `value` texts."""
    import pandas as pd
    import torch

    device = trained.settings.device
    facts: dict[str, Any] = {
        "processor": processor(),
        "cores available": _cores(),
        "threads of torch": torch.get_num_threads(),
        "memory": _gibibytes(memory()),
        "device of training": device,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }
    if device.startswith("cuda") and torch.cuda.is_available():
        properties = torch.cuda.get_device_properties(device)
        facts["graphics processor"] = properties.name
        facts["graphics memory"] = _gibibytes(properties.total_memory)
    facts |= {package: version_of(package) or UNKNOWN for package in PACKAGES}
    seconds = trained.resources.get("seconds")
    facts["training seconds"] = f"{seconds:.1f}" if seconds else UNKNOWN
    facts["peak memory in training"] = _gibibytes(trained.resources.get("peak_bytes"))
    return pd.DataFrame({"quantity": list(facts), "value": list(map(str, facts.values()))})


def processor() -> str:
    """The processor's name, or its architecture where the system does not say."""
    path = Path("/proc/cpuinfo")
    if path.is_file():
        for line in path.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine() or UNKNOWN


def memory() -> int | None:
    """Bytes of main memory; None where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None


def _cores() -> str:
    return f"{cores()} of {os.cpu_count()}"


def _gibibytes(size: Any) -> str:
    return f"{size / 2**30:.1f} GiB" if size else UNKNOWN
