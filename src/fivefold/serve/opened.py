"""The parts of a bundle, ready to be used: its codec, what changes rows, what scores them."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from safetensors import SafetensorError
from safetensors.numpy import load as load_arrays

from fivefold.codecs.table import Array
from fivefold.errors import BundleError, ConfigError, DataError
from fivefold.kinds.codec import Codec
from fivefold.serve.bundle import ARRAYS_ENTRY, CONFORMAL_ENTRY, ROWS_ENTRY, THRESHOLD_ENTRY, Bundle
from fivefold.serve.contract import Contract
from fivefold.serve.graph import Graph
from fivefold.serve.own import stranger
from fivefold.tasks.conformal import Conformal
from fivefold.tasks.threshold import Threshold
from fivefold.travel.changes import Changes

Scores = Callable[[Mapping[str, Array]], Array]
Factory = Callable[[Codec, bytes], Scores]
"""Makes the scoring function of a bundle without a graph from its codec and its weights, which
come as safetensors."""

_UNREADABLE = (
    *(DataError, SafetensorError),
    *(LookupError, TypeError, ValueError, AttributeError),
)


def codec_of(bundle: Bundle) -> Codec:
    """The codec of a bundle."""
    arrays = load_arrays(bytes(bundle["codec.safetensors"]))
    return Codec.from_state(bundle.json("codec.json"), arrays)


def changes_of(bundle: Bundle) -> Changes | None:
    """What is done to rows before its codec reads them; None for nothing."""
    if ROWS_ENTRY not in bundle:
        return None
    arrays = load_arrays(bytes(bundle[ARRAYS_ENTRY])) if ARRAYS_ENTRY in bundle else {}
    return Changes.unpack(bundle.json(ROWS_ENTRY), arrays)


def threshold_of(bundle: Bundle) -> Threshold | None:
    """What decides answers; None for the likeliest class."""
    if THRESHOLD_ENTRY not in bundle:
        return None
    return Threshold.from_json(bundle.json(THRESHOLD_ENTRY))


def conformal_of(bundle: Bundle) -> Conformal | None:
    """What holds the truth as often as is stated; None for nothing."""
    if CONFORMAL_ENTRY not in bundle:
        return None
    return Conformal.from_json(bundle.json(CONFORMAL_ENTRY))


class Parts(NamedTuple):
    """What a bundle says besides its graph."""

    codec: Codec
    changes: Changes | None  # what is done to rows before it
    contract: Contract  # what a request looks like
    threshold: Threshold | None  # what decides answers
    conformal: Conformal | None  # what holds the truth


def parts_of(bundle: Bundle) -> Parts:
    """What a bundle says besides its graph.

    Raises:
        BundleError: if they cannot be read here.
    """
    try:
        codec, changes = codec_of(bundle), changes_of(bundle)
        contract = Contract.from_json(bundle.json("schema.json"))
        return Parts(codec, changes, contract, threshold_of(bundle), conformal_of(bundle))
    except ConfigError as error:
        raise stranger(bundle, error) from None
    except _UNREADABLE as error:
        raise BundleError(
            f"{bundle.path}: expected a codec that this fivefold reads, "
            f"found {type(error).__name__}: {error}.",
            remedy=f"Install fivefold {bundle.manifest['fivefold']}, which wrote it.",
            path=bundle.path,
            entry="codec.json",
        ) from error


def scores_of(bundle: Bundle, codec: Codec, factory: Factory | None, threads: int) -> Scores:
    """What scores the blocks of its codec: its graph, or what a factory makes of its weights."""
    if factory is not None:
        return factory(codec, bytes(bundle["weights.safetensors"]))
    if "model.onnx" not in bundle:
        raise BundleError(
            f"{bundle.path}: expected a graph, found weights for torch only.",
            remedy="Pass factory=torch_factory(your_module), from fivefold.deploy.factory.",
            path=bundle.path,
            entry="model.onnx",
        )
    return Graph(bundle["model.onnx"], threads=threads)
