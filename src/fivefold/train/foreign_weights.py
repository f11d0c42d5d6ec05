"""Weights of other libraries' networks: of timm, torchvision and transformers."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from torch import Tensor, nn

from fivefold.errors import FivefoldError, ModelError
from fivefold.models.foreign import FIRST, Coloured, Reader, Viewer, shown
from fivefold.models.inputs import Text
from fivefold.reading.weightfiles import Found, read_pieces
from fivefold.train.pretrained import Pretrained, installed


class Foreign(NamedTuple):
    """A network of another library.

    Attributes:
        tensors: by the names that its body has for them.
        make: the body, of inputs and outputs.
    """

    tensors: Mapping[str, Tensor]
    make: Callable[[Any, int], nn.Module]


def of_zoo(asked: Pretrained, name: str, tensors: Mapping[str, Tensor]) -> Foreign:
    """A network for pictures of timm or torchvision, with the tensors of a file.

    Args:
        asked: the setting.
        name: `timm:resnet18`, `torchvision:resnet18`.
        tensors: by the names of the library.

    Raises:
        PreflightError: if the library is not installed.
    """
    library, _, model = name.partition(":")
    module = installed(library)

    def make(inputs: Any, outputs: int) -> nn.Module:
        _want(asked, shown(inputs), "pictures of one channel or three", inputs)
        try:
            if library == "timm":
                made = module.create_model(model, pretrained=False, num_classes=outputs)
            else:
                made = module.models.get_model(model, weights=None, num_classes=outputs)
        except (ValueError, RuntimeError, KeyError) as error:
            said = str(error).splitlines()[0]
            remedy = f"Write a name that {library} lists."
            raise unfit(asked, f"a network of {library}", said, remedy) from None
        return Coloured(made)

    return Foreign({f"network.{n}": t for n, t in tensors.items()}, make)


def of_transformers(asked: Pretrained, found: Found) -> Foreign:
    """A network of transformers for texts or pictures, by its own classes.

    Raises:
        PreflightError: if transformers is not installed.
        ModelError: if it does not know the network.
    """
    library = installed("transformers")
    how = {"trust_remote_code": False, "local_files_only": True}
    try:
        config = library.AutoConfig.from_pretrained(found.path, **how)
        learnt = library.AutoModel.from_pretrained(
            found.path, config=config, use_safetensors=True, attn_implementation="eager", **how
        )
    except Exception as error:
        said = f"{type(error).__name__}: {str(error).splitlines()[0]}"
        remedy = (
            "Take weights of a network that transformers itself has; none of its own code runs."
        )
        raise unfit(asked, "a network that transformers loads", said, remedy) from error
    tensors = {f"network.{name}": t.float() for name, t in learnt.state_dict().items()}
    width = int(config.hidden_size)

    def fresh() -> nn.Module:
        made: nn.Module = library.AutoModel.from_config(config, attn_implementation="eager")
        return made.float()

    side = getattr(config, "image_size", None)
    if side is not None:
        size = (side, side) if isinstance(side, int) else tuple(side)

        def view(inputs: Any, outputs: int) -> nn.Module:
            _want(asked, shown(inputs), "pictures of one channel or three", inputs)
            return Viewer(fresh(), width, outputs, size=size)

        return Foreign(tensors, view)
    pieces = read_pieces(found).pieces
    pad = int(getattr(config, "pad_token_id", 0) or 0)
    unknown = next((pieces.index(each) for each in ("[UNK]", "<unk>") if each in pieces), pad)

    def read(inputs: Any, outputs: int) -> nn.Module:
        check_text(asked, inputs, len(pieces), int(getattr(config, "max_position_embeddings", 512)))
        return Reader(fresh(), width, outputs, pad=pad, unknown=unknown)

    return Foreign(tensors, read)


def check_text(asked: Pretrained, inputs: Any, pieces: int, places: int) -> None:
    """Refuse rows that are no texts in the pieces that weights know.

    Raises:
        ModelError: with a remedy.
    """
    fits = isinstance(inputs, Text) and inputs.vocabulary == pieces + FIRST
    if not fits or inputs.length > places:
        remedy = f'Pass the same weights to Preprocess: Preprocess(like="{asked.source}"), '
        remedy += f"text_length at most {places}, and collect one column of texts."
        wanted = "a text in the pieces of words that its weights know"
        raise unfit(asked, wanted, str(inputs), remedy)


def _want(asked: Pretrained, fits: bool, wanted: str, inputs: Any) -> None:
    if not fits:
        raise unfit(asked, wanted, str(inputs), "Collect one column of them, and no other.")


def unfit(asked: Pretrained, wanted: str, found: str, remedy: str) -> FivefoldError:
    """The error of weights that are not for what they were asked for."""
    return ModelError.expected(f"Pretrained: {asked.source}", wanted, found, remedy)
