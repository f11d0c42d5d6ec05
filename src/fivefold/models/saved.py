"""A built-in network as one safetensors file, and back."""

import json
from pathlib import Path
from typing import Any

from safetensors import safe_open
from safetensors.torch import save

from fivefold.core.store import Format, register, write_bytes
from fivefold.models.assemble import Assembled

KEY = "fivefold.network"


def write_network(model: Assembled, path: Path) -> None:
    """Write weights, and the description they belong to, into one file."""
    state = {name: tensor.cpu().contiguous() for name, tensor in model.state_dict().items()}
    write_bytes(path, save(state, {KEY: json.dumps(model.describe())}))


def read_network(path: Path) -> Assembled:
    """The network that `write_network` wrote, on the CPU and in eval mode.

    Nothing in the file is run: the description names a built-in network and its sizes.
    """
    with safe_open(path, framework="pt") as file:
        model = Assembled.from_description(json.loads(file.metadata()[KEY]))
        model.load_state_dict({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118
    return model.eval()


def _is_describable(value: Any) -> bool:
    return isinstance(value, Assembled) and value.describe() is not None


register(Format("network", ".safetensors", _is_describable, write_network, read_network))
