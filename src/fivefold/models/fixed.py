"""From a codec's arrays to what a network eats: a module of buffers, without parameters."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import torch
from torch import Tensor, nn

from fivefold.errors import ModelError
from fivefold.kinds.block import Block
from fivefold.kinds.known import kind_of
from fivefold.models.inputs import Batch, Codes, Inputs, Passage, Record, Size, Width
from fivefold.models.part import Part
from fivefold.models.parts import part_of

if TYPE_CHECKING:
    from fivefold.kinds.codec import Codec

TABLE = "table"
"""The tensor of all numbers that stand side by side."""


class Entry(NamedTuple):
    """What becomes of one of the codec's arrays.

    Attributes:
        array: its name.
        tensor: the name of the tensor, where it is not part of the table.
        part: of its block.
        size: what a network is told of it.
        path: of its module.
    """

    array: str
    tensor: str
    part: Part
    size: Size
    path: str

    @property
    def tabular(self) -> bool:
        """Whether it belongs to the table: as columns, or as codes beside it."""
        return isinstance(self.size, Width | Codes)


class Fixed(nn.Module):
    """Fill, bound, scale, flag, one-hot, normalise: what was fitted, as a module.

    It goes into the deployed graph, so that whatever serves the network needs the compact arrays
    only. Nothing in it learns.

    Args:
        codec: fitted on training rows.
        wide: the classes of sizes whose rows come with what a model beside the network reads, texts
            with their terms (`Passage`), series with their traits (`Record`).
        bare: whether numbers and codes stay what they are, see `Part.bare`.

    Attributes:
        description: plain JSON values that `from_description` builds another one from.
        entries: what becomes of each array, in the codec's order.

    Raises:
        ModelError: if the codec gives no arrays at all.
    """

    def __init__(
        self, codec: "Codec", *, wide: type | tuple[type, ...] = (), bare: bool = False
    ) -> None:
        super().__init__()
        blocks, described = [], []
        for encoded in codec.blocks:
            part = part_of(encoded.block)
            of = {"kind": encoded.columns[0].kind.name, "array": encoded.name}
            about = part.describe(encoded)
            about = part.bare(about) if bare else about
            about = part.widen(about) if issubclass(part.size, wide) else about
            described.append({**of, "tensor": encoded.tensor, "part": about})
            blocks.append(encoded.block)
        self._build(blocks, described)
        for entry, encoded in zip(self.entries, codec.blocks, strict=True):
            module = self.get_submodule(entry.path)
            (entry.part.fill_bare if bare else entry.part.fill)(module, encoded)

    def _build(self, blocks: list[Block], described: list[dict[str, Any]]) -> None:
        if not blocks:
            raise ModelError(
                "Fixed: expected at least one input column, found none.",
                remedy="Keep a column as input: look at `drop` and `kinds` of Collect.",
            )
        self.description = {"blocks": described}
        self.entries: tuple[Entry, ...] = ()
        owners: dict[str, Block] = {}
        entries = []
        for block, about in zip(blocks, described, strict=True):
            part = part_of(block)
            name = part.name or block.name
            taken = hasattr(type(self), name) or name in vars(self) or not name.isidentifier()
            if taken or owners.get(name, block) is not block:
                raise ModelError(
                    f"{type(block).__name__}: expected a block with a name of its own, "
                    f"found {name!r}.",
                    remedy="Give the block another `name`, a word.",
                    name=name,
                )
            owners[name] = block
            path = self._add(name, part.build(about["part"]), shared=block.shared)
            size = part.measure(about["part"])
            entries.append(Entry(about["array"], about["tensor"], part, size, path))
        self.entries = tuple(entries)

    def _add(self, name: str, module: nn.Module, *, shared: bool) -> str:
        """The path of the module, in a list of its name unless it is the only one."""
        if shared:
            self.add_module(name, module)
            return name
        if not hasattr(self, name):
            self.add_module(name, nn.ModuleList())
        several = getattr(self, name)
        several.append(module)
        return f"{name}.{len(several) - 1}"

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> Self:
        """A module of the same structure, its buffers still to be loaded.

        Raises:
            ConfigError: if it is of a kind that is not known here.
        """
        self = cls.__new__(cls)
        nn.Module.__init__(self)
        described = list(description["blocks"])
        self._build([kind_of(about["kind"]).block for about in described], described)
        return self

    def exposure(self, blocks: Mapping[str, Tensor]) -> Tensor | None:
        """`(n,)` float64: how long each row was watched; None where that is not said.

        Args:
            blocks: the codec's arrays as tensors.
        """
        for entry in self.entries:
            module: Any = self.get_submodule(entry.path)
            if getattr(module, "aside", None) is not None:
                watched: Tensor = module.exposure(blocks[entry.array])
                return watched
        return None

    @property
    def is_wide(self) -> bool:
        """Whether rows come with what a model beside the network reads."""
        return any(isinstance(entry.size, Passage | Record) for entry in self.entries)

    @property
    def inputs(self) -> Inputs:
        """The sizes of what comes out: of the one tensor, or of each by name.

        A `Width` (an int) for a table, `Codes` for embedded categories, `Image` and `Text` (named
        tuples); several go by name: `table`, `codes`, and the names of image and text columns.
        """
        sizes: dict[str, Size] = {}
        widths = [entry.size for entry in self.entries if isinstance(entry.size, Width)]
        if widths:
            sizes[TABLE] = Width(sum(widths), measured=widths[0].measured)
        for entry in self.entries:
            if not isinstance(entry.size, Width):
                sizes[entry.tensor] = entry.size
        return next(iter(sizes.values())) if len(sizes) == 1 else sizes

    def tabular(self, blocks: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The tensors of the table alone: `table`, `codes`, both, or none."""
        return self._tensors(blocks, (entry for entry in self.entries if entry.tabular))

    def _tensors(self, blocks: Mapping[str, Tensor], of: Iterator[Entry]) -> dict[str, Tensor]:
        table: list[Tensor] = []
        tensors: dict[str, Tensor] = {}
        for entry in of:
            made = self.get_submodule(entry.path)(blocks[entry.array])
            if isinstance(entry.size, Width):
                table.append(made)
            else:
                tensors[entry.tensor] = made
        return ({TABLE: torch.cat(table, dim=1)} if table else {}) | tensors

    def forward(self, blocks: Mapping[str, Tensor]) -> Batch:
        """The tensors of one batch.

        Args:
            blocks: the codec's arrays as tensors, first axis rows.

        Returns:
            `table`: float `(n, width)`; `codes`: int64 `(n, columns)`; a text: int64
            `(n, length)`; an image: float `(n, channels, height, width)`. A dict of them, or the
            tensor itself where there is one only.
        """
        tensors = self._tensors(blocks, iter(self.entries))
        return next(iter(tensors.values())) if len(tensors) == 1 else tensors
