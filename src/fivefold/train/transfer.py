"""Weights that were learnt elsewhere, put into a new network where they fit."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from fivefold.codecs.digest import digest_of
from fivefold.core.wording import plural
from fivefold.errors import ModelError
from fivefold.kinds.codec import Codec
from fivefold.kinds.state import pack_blocks
from fivefold.models.assemble import Assembled
from fivefold.models.begun import Begun, head_names
from fivefold.models.inputs import Codes, Spelled, Symbols, Width, parts
from fivefold.models.networks import BLENDS
from fivefold.train.foreign_weights import unfit
from fivefold.train.pretrained import Pretrained
from fivefold.train.weights import Weights

if TYPE_CHECKING:
    from fivefold.models.inputs import Inputs

SHOWN = 6  # names that a message lists


def begin_with(network: Assembled, asked: Pretrained, weights: Weights, codec: Codec) -> None:
    """Put weights into the body of a new network, and note what it began with.

    Args:
        network: untrained; its body is changed, what is to stay as it is frozen.
        asked: the setting.
        weights: that were read.
        codec: by which its rows are encoded.

    Raises:
        ModelError: if nothing fits, or a file of tensors is for another module.
    """
    body, found = network.body, asked.find()
    head, held = head_names(body), body.state_dict()
    new = set(head) if asked.head == "new" else set[str]()
    known = {"source": asked.name, "digest": found.digest, "revision": found.revision}
    rest = {"licence": asked.licence, "head": head, "thaw": asked.thaw, "decay": asked.decay}
    if asked.random:
        network.begun = Begun(**known, **rest)  # type: ignore[arg-type]
        return
    renamed = _respelled(network, weights, codec)
    core = "network." if isinstance(body, BLENDS) or hasattr(body, "trees") else ""
    places = [name for name in held if name not in new and name.startswith(core)]
    fitting = {n: t for n in places if (t := renamed.get(n)) is not None and _fits(t, held[n])}
    if weights.exact and asked.strict:
        _check_exact(asked, renamed, held, new)
    if not fitting:
        wanted = f"tensors that {type(body).__name__} has"
        raise unfit(asked, wanted, _listed(sorted(renamed)), _shapes(renamed, held))
    weighty = {name for name, _ in body.named_parameters()}
    with torch.no_grad():
        for name, tensor in fitting.items():
            held[name].copy_(tensor)
    if asked.freeze or asked.thaw is not None:
        for name, weight in body.named_parameters():
            weight.requires_grad_(name not in fitting or name in set(head))
    network.begun = Begun(
        **known,  # type: ignore[arg-type]
        **rest,  # type: ignore[arg-type]
        taken=tuple(fitting),
        buffers={n: t.clone() for n, t in fitting.items() if n not in weighty},
        fresh=tuple(n for n in places if n not in fitting and n in weighty),
        codec=_codec_words(weights.codec, codec),
        words=_counted(weights.vectors, codec),
        frozen=asked.freeze,
    )


def put_back(network: Assembled) -> None:
    """The buffers that a body began with, where fitting them to other rows has changed some.

    Where rows are encoded by other rules they are to be fitted anew.
    """
    begun = network.begun
    if begun is None or begun.codec == "refitted" or not begun.buffers:
        return
    held = network.body.state_dict()
    for name, tensor in begun.buffers.items():
        held[name].copy_(tensor)


# --- what fits where


def _respelled(network: Assembled, weights: Weights, codec: Codec) -> Mapping[str, Tensor]:
    """Tensors by the names of the body, rows of embedded words in the places of theirs now."""
    if weights.vectors is not None:
        return _worded(network, weights.vectors, codec)
    if weights.codec is None:
        return _unwrapped(weights.tensors, network.body.state_dict())
    before = weights.codec
    kept = _codec_words(before, codec) == "kept"
    _check_columns(network.fixed.inputs, before, codec, kept=kept)
    if kept:
        return weights.tensors
    moved = dict(weights.tensors)
    for path, module in network.body.named_modules():
        name = f"{path}.weight"
        if isinstance(module, nn.Embedding) and name in moved:
            pair = _words_of(moved[name], module, before, codec)
            if pair is not None:
                moved[name] = _by_word(moved[name], module.weight.detach(), *pair)
    return moved


def _worded(network: Assembled, vectors: Mapping[str, Tensor], codec: Codec) -> dict[str, Tensor]:
    """The embedding of the only column of words, with the vectors of those that are known."""
    columns = [words for c in codec.columns.values() if (words := _vocabulary(c.state))]
    for path, module in network.body.named_modules():
        if len(columns) == 1 and isinstance(module, nn.Embedding):
            rows, first = module.weight.detach().clone(), module.num_embeddings - len(columns[0])
            known = [(n, vectors[w]) for n, w in enumerate(columns[0], first) if w in vectors]
            for place, vector in known:
                rows[place] = vector
            return {f"{path}.weight": rows} if known else {}
    return {}


def _counted(vectors: Mapping[str, Tensor] | None, codec: Codec) -> tuple[int, int] | None:
    """How many words of the only column of words have a vector, and how many there are."""
    words = [word for c in codec.columns.values() for word in _vocabulary(c.state)]
    return None if vectors is None else (sum(word in vectors for word in words), len(words))


def _words_of(
    old: Tensor, module: nn.Embedding, before: Codec, codec: Codec
) -> tuple[list[str], list[str]] | None:
    """The words of the rows of two embeddings, then and now."""
    pairs = [
        (_vocabulary(then.state), _vocabulary(now.state))
        for then in before.columns.values()
        for now in codec.columns.values()
        if _vocabulary(then.state) and _vocabulary(now.state)
    ]
    sized = [
        (then, now)
        for then, now in pairs
        if len(old) - len(then) == module.num_embeddings - len(now) >= 0
    ]
    return sized[0] if len(sized) == 1 else None


def _vocabulary(state: Any) -> list[str]:
    """What the codes of a column stand for, the special ones aside; empty where it has no words."""
    return list(getattr(state, "pieces", ()) or getattr(state, "vocabulary", ()))


def _by_word(old: Tensor, new: Tensor, then: list[str], now: list[str]) -> Tensor:
    """The rows of words known then in the places they have now; of others the new ones."""
    first = len(old) - len(then)
    rows, places = new.clone(), {word: place for place, word in enumerate(then, first)}
    rows[:first] = old[:first]
    shared = [(place, places[word]) for place, word in enumerate(now, first) if word in places]
    if shared:
        here, there = zip(*shared, strict=True)
        rows[list(here)] = old[list(there)]
    return rows


def _check_columns(inputs: "Inputs", before: Codec, codec: Codec, *, kept: bool) -> None:
    """Refuse columns whose places in an array mean something else than they did.

    Raises:
        ModelError: with a remedy.
    """
    sizes = parts(inputs).values()
    placed = any(
        isinstance(size, Width | Codes | Spelled)
        or (isinstance(size, Symbols) and not size.alphabet)
        for size in sizes
    )
    if placed and not kept:
        raise ModelError.expected(
            "Pretrained",
            "rows that are encoded as those that the weights were learnt from",
            "a codec that was fitted to these, in whose arrays columns have other places and units",
            "Pass like= with the same bundle to Preprocess too.",
            before=before.raw_columns(),
            now=codec.raw_columns(),
        )


def _codec_words(before: Codec | None, codec: Codec) -> str:
    """Whether rows are encoded as they were."""
    if before is None:
        return ""
    then, now = (digest_of(*_fitted(each)) for each in (before, codec))
    return "kept" if then == now else "refitted"


def _fitted(codec: Codec) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was fitted, whatever columns are called."""
    names = {name: str(place) for place, name in enumerate(codec.columns)}
    values, arrays = pack_blocks(codec.blocks)
    values["columns"] = {names[name]: state for name, state in values["columns"].items()}
    values["blocks"] = list(values["blocks"].values())
    renamed = {
        ".".join([str(n), path.rpartition(".")[2]]): a for n, (path, a) in enumerate(arrays.items())
    }
    return {**values, "arrays": sorted(renamed)}, renamed


def _unwrapped(tensors: Mapping[str, Tensor], held: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """Tensors without words that all their names begin with and none of a module's has."""
    names = dict(tensors)
    while names and held.keys().isdisjoint(names):
        first = {name.partition(".")[0] for name in names}
        if len(first) > 1 or not all("." in name for name in names):
            return tensors
        names = {name.partition(".")[2]: tensor for name, tensor in names.items()}
    return names


def _fits(tensor: Tensor, place: Tensor) -> bool:
    return tensor.shape == place.shape and tensor.is_floating_point() == place.is_floating_point()


def _check_exact(
    asked: Pretrained, tensors: Mapping[str, Tensor], held: Mapping[str, Tensor], new: set[str]
) -> None:
    """Refuse tensors that are not those of a module, its head aside.

    Raises:
        ModelError: with all that are missing, unexpected, or of another shape.
    """
    missing = [n for n in held if n not in tensors and n not in new]
    extra = [n for n in tensors if n not in held]
    other = [n for n in tensors if n in held and n not in new and not _fits(tensors[n], held[n])]
    lines = [f"  missing in the file: {_listed(missing)}"] if missing else []
    lines += [f"  in the file alone: {_listed(extra)}"] if extra else []
    lines += [
        f"  {n}: {tuple(tensors[n].shape)} in the file, {tuple(held[n].shape)} in the module"
        for n in other[:SHOWN]
    ]
    if not lines:
        return
    counts = {"missing": len(missing), "unexpected": len(extra), "of another shape": len(other)}
    raise ModelError(
        f"Pretrained: {asked.source}: expected the tensors of the module, found "
        f"{', '.join(f'{count} {what}' for what, count in counts.items() if count)}.",
        evidence="\n".join(lines),
        remedy="Pass the module that they were saved from, or strict=False to take those that fit.",
        missing=tuple(missing),
        unexpected=tuple(extra),
        mismatched=tuple(other),
    )


def _shapes(tensors: Mapping[str, Tensor], held: Mapping[str, Tensor]) -> str:
    same = [name for name in tensors if name in held]
    if not same:
        return "Pass the module that they were saved from."
    name = same[0]
    return (
        f"Make rows of the same size: {name} is {tuple(tensors[name].shape)} there and "
        f"{tuple(held[name].shape)} here."
    )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more if names else plural(0, "tensor")
