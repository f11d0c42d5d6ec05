"""The entries of a bundle."""

import json
import platform
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors.numpy import save as save_arrays

from fivefold.core.identity import version_of
from fivefold.kinds.codec import Codec
from fivefold.serve.bundle import (
    ARRAYS_ENTRY,
    BACKGROUND_ENTRY,
    CONFORMAL_ENTRY,
    MANIFEST,
    ROWS_ENTRY,
    THRESHOLD_ENTRY,
    write_manifest,
)
from fivefold.serve.contract import Contract
from fivefold.tasks.conformal import Conformal
from fivefold.tasks.threshold import Threshold
from fivefold.travel.changes import Changes
from fivefold.version import __version__

if TYPE_CHECKING:
    from torch import Tensor

    from fivefold.models.assemble import Assembled

SERVING = (
    *("fastapi", "lazy-loader", "numpy", "onnxruntime", "pydantic"),
    *("safetensors", "uvicorn"),
)
MADE_WITH = ("numpy", "onnx", "onnxruntime", "onnxscript", "torch")
HEAD = "fivefold.head"  # the key of the head's description in the header of the weights


def package(
    *,
    codec: Codec,
    changes: Changes | None = None,
    contract: Contract,
    weights: bytes,
    graphs: Mapping[str, bytes],
    parity: Mapping[str, Any],
    recipe: str,
    card: str,
    datasheet: str = "",
    origin: Mapping[str, Any] | None = None,
    threshold: Threshold | None = None,
    conformal: Conformal | None = None,
    background: Mapping[str, Any] | None = None,
) -> dict[str, bytes]:
    """Everything that goes into a bundle, the manifest first.

    Equal arguments give equal bytes on one machine: no times, no paths.

    Args:
        codec: fitted.
        changes: what is done to rows before it reads them.
        contract: what a request must look like.
        weights: of the network, safetensors.
        graphs: ONNX by entry name.
        parity: requests and answers.
        recipe: the pipeline as JSON text.
        card: Markdown.
        datasheet: Markdown; empty for none.
        origin: digests of the data it was made from and of what it was judged by, and its scores.
        threshold: what decides answers; None for the likeliest class.
        conformal: what holds the truth as often as is stated; None for nothing.
        background: cells by column that an explanation compares with; empty for none.

    Returns:
        Contents by entry name.
    """
    state, arrays = codec.state()
    arrays = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    more = {name for column in codec.columns.values() for name in column.kind.requires}
    entries = {
        "schema.json": to_json(contract.to_json()),
        "codec.json": to_json(state),
        "codec.safetensors": save_arrays(arrays),
        **_rows(changes),
        **({} if threshold is None else {THRESHOLD_ENTRY: to_json(threshold.to_json())}),
        **({} if conformal is None else {CONFORMAL_ENTRY: to_json(conformal.to_json())}),
        **({BACKGROUND_ENTRY: to_json(background)} if background else {}),
        **graphs,
        "weights.safetensors": weights,
        "parity.json": to_json(parity),
        "recipe.json": recipe.encode(),
        "card.md": card.encode(),
        **({"datasheet.md": datasheet.encode()} if datasheet else {}),
        "requirements.txt": requirements(more, graph=bool(graphs)).encode(),
    }
    made_with = {"python": platform.python_version()}
    made_with |= {name: v.split("+")[0] for name in MADE_WITH if (v := version_of(name))}
    return {MANIFEST: write_manifest(entries, __version__, made_with, origin), **entries}


def _rows(changes: Changes | None) -> dict[str, bytes]:
    """The entries about rows that are changed before the codec reads them."""
    if changes is None:
        return {}
    values, arrays = changes.pack()
    arrays = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    return {ROWS_ENTRY: to_json(values)} | ({ARRAYS_ENTRY: save_arrays(arrays)} if arrays else {})


def requirements(more: Iterable[str] = (), *, graph: bool = True) -> str:
    """What serving needs, pinned to what answered the replay.

    Args:
        more: distributions that the kinds of its columns need.
        graph: whether there is an ONNX graph; without one the network's own library is needed.
    """
    names = {*SERVING, *more, *([] if graph else ["torch"])}
    head = f"# pip install --no-deps fivefold=={__version__}, then this file\n"
    pins = ((name, version_of(name)) for name in sorted(names))
    lines = [f"{name}=={v.split('+')[0]}" if v else name for name, v in pins]
    return head + "\n".join(lines) + "\n"


def pack_weights(model: "Assembled") -> bytes:
    """All parameters and buffers as safetensors, on the CPU and without sharing.

    What the head was built from stands beside them: a link, say, is in no buffer. So does what a
    built-in network was built from, so that another one can begin with its weights.
    """
    from fivefold.models.assemble import KEY

    state, head = model.state_dict(), getattr(model, "head", None)
    tensors = {n: t.detach().cpu().clone().contiguous() for n, t in state.items()}
    about = {} if head is None else {HEAD: json.dumps(head.description)}
    if head is not None and (described := model.describe()) is not None:
        about[KEY] = json.dumps(described)
    return written(tensors, about)


def written(tensors: "Mapping[str, Tensor]", about: Mapping[str, str]) -> bytes:
    """Tensors as safetensors, with texts about them; the same bytes for the same of both."""
    from safetensors.torch import save

    content: bytes = save(dict(tensors), metadata=dict(about) or None)
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    if about:  # which safetensors writes in any order
        header["__metadata__"] = dict(sorted(about.items()))
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + content[8 + size :]


def to_json(value: Any) -> bytes:
    """JSON text of a value, in ASCII, refusing NaN."""
    return json.dumps(value, indent=1, allow_nan=False).encode()
