"""Masks: which class each pixel of a picture is of."""

from collections.abc import Callable

from fivefold.codecs.cell import is_missing, null_words, word
from fivefold.codecs.coded import Coded
from fivefold.codecs.regions import regions
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array
from fivefold.kinds.image import Image


class Mask(Image):
    """Class ids of the pixels of a picture: files with a palette, of grey or colours, or arrays.

    A canonical cell is `(height, width, 1)` uint8, or int32 where ids are larger. A column is taken
    for masks where it is to be predicted from pictures; as an input it is a picture of its ids.
    """

    name = "mask"
    plural = "masks"
    wanted = "masks"
    item = "a mask"
    places = "regions"
    reads_as = frozenset({"regions"})
    sources = frozenset()
    saved_as = "PNG"

    def reader(self, column: Column) -> Callable[[object], Array | None]:
        """A cell as `(height, width, 1)` class ids, or None."""
        absent = null_words(column.missing)

        def read(value: object) -> Array | None:
            if is_missing(value) or (isinstance(value, str) and word(value) in absent):
                return None
            return regions(value)

        return read

    def whole(self, values: "Array | Coded", column: Column) -> None:
        """None: masks are read one by one."""

    def is_cell(self, value: object) -> bool:
        """False: what can be a mask can be a picture too."""
        return False

    def settle(self, values: Array) -> Array:
        """The same: ids have no depth."""
        return values
