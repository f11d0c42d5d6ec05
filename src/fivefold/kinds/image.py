"""Pictures: files or arrays, brought to one size."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from fivefold.codecs.animation import is_animation
from fivefold.codecs.cell import is_missing, null_words, word
from fivefold.codecs.coded import Coded
from fivefold.codecs.depth import inverted, settled
from fivefold.codecs.film import is_film
from fivefold.codecs.intensity import Intensity, Spans, UnfitError, fit_intensity, widen
from fivefold.codecs.picture import picture, picture_stack, pixels_of
from fivefold.codecs.png import as_cells, as_files, as_texts, partly_nested
from fivefold.codecs.resizing import Fit, resized, usual_size
from fivefold.codecs.schema import Column
from fivefold.codecs.settings import Settings
from fivefold.codecs.steps import is_long
from fivefold.codecs.table import Array
from fivefold.core.finding import Finding
from fivefold.errors import DataError
from fivefold.kinds.area import Area, areas_of_pictures
from fivefold.kinds.block import Fitted
from fivefold.kinds.cells import Cells
from fivefold.kinds.distortion import of_pictures
from fivefold.kinds.disturbance import Change, Disturbance
from fivefold.kinds.doors import Handed
from fivefold.kinds.image_state import ImageState
from fivefold.kinds.kind import Kind
from fivefold.kinds.levels import moments
from fivefold.kinds.nonsense import noise_of
from fivefold.kinds.numbers import bound
from fivefold.kinds.patch import draw_patch
from fivefold.kinds.pixels import PIXELS, scripted_picture
from fivefold.kinds.remarks import mixed_sizes
from fivefold.kinds.scripted import Scripted
from fivefold.kinds.visible import brightness, shapes

CHUNK = 256
"""Images encoded at a time."""

EXACT = 16_384
"""Training images that size and colours are taken from; of more, evenly spaced ones."""

AXES = ("height", "width", "channels")
"""Of a canonical picture."""

POLICIES: Mapping[Fit, str] = {
    "resize": "resized",
    "pad": "resized in its proportions and filled up with the pixels of its edge",
    "crop": "resized in its proportions and cut to its middle",
}
"""What becomes of a picture of another size, in words."""

_SIGNATURES = (
    *(rb"\x89PNG", rb"\xff\xd8\xff", rb"GIF8[79]a", rb"RIFF....WEBP"),
    *(rb"BM....\0\0\0\0", rb"II\*\0", rb"MM\0\*", rb"P[2356]\s"),
)
_MARKS = re.compile(b"|".join(_SIGNATURES), re.DOTALL)  # how files of pictures begin


class Image(Kind):
    """Pictures, as files, bytes or arrays; seen as a viewer shows them."""

    name = "image"
    block = PIXELS
    wanted = "images"
    chunk = CHUNK
    state = ImageState
    settings = ("image_size", "image_fit")
    control = "picture"
    item = "a picture"
    nullable, nullable_beside = False, True
    depth = 2
    requires = ("pillow",)
    plural = "images"
    sources = frozenset({"raster"})
    suffixes = frozenset(
        (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm")
    )
    nulls = "asked"
    reads_as = frozenset()
    spoils = True
    saved_as = "PNG or JPEG"
    parallel = True
    opaque = True

    def reader(self, column: Column) -> Callable[[object], Array | None]:
        """A cell as `(height, width, channels)` of uint8, uint16, int32 or float32, or None."""
        absent, rules = null_words(column.missing), column.rules

        def read(value: object) -> Array | None:
            if is_missing(value) or (isinstance(value, str) and word(value) in absent):
                return None
            return picture(value, rules)

        return read

    def whole(self, values: "Array | Coded", column: Column) -> tuple[Array, Array] | None:
        if isinstance(values, Coded):
            return None
        stack = picture_stack(values, column.rules)
        return None if stack is None else (stack, np.empty(0, np.int64))

    def is_cell(self, value: object) -> bool:
        if isinstance(value, np.ndarray):
            return value.ndim in (2, 3) and not is_long(value) and not is_film(value)
        file = isinstance(value, bytes) and _MARKS.match(value) and not is_animation(value)
        return bool(file) or (hasattr(value, "getbands") and getattr(value, "n_frames", 1) < 2)

    def fit(self, cells: Cells, column: Column, settings: Settings) -> ImageState:
        """The size, see `usual_size`, channels and pixel statistics.

        Raises:
            DataError: if a cell is no image, or 8-bit pictures are beside another scale.
        """
        sample = cells.every(-(-len(cells) // EXACT) or 1)
        sizes: Counter[tuple[int, int]] = Counter()
        spans: Spans = {}
        channels = 1
        for _, images in sample.pieces(CHUNK):
            present = [image for image in images if image is not None]
            widen(spans, present)
            for image in present:
                sizes[image.shape[:2]] += 1
                channels = max(channels, image.shape[2])
        height, width = settings.image_size or usual_size(sizes)
        try:
            intensity = fit_intensity(spans)
        except UnfitError as fault:
            raise unfit(fault, column, ()) from None
        shape, blank = (channels, height, width), np.zeros(channels, dtype=np.float32)
        state = ImageState(
            shape=shape,
            mean=blank,
            std=blank + 1,
            intensity=intensity,
            fit=settings.image_fit,
            seen=dict(sizes),
        )

        def pieces() -> Iterator[Array]:
            for first, images in sample.pieces(CHUNK):
                if images.dtype == object:
                    images = images[np.array([image is not None for image in images], dtype=bool)]
                yield self.encode(images, column, state, first=first)

        mean, std = moments(pieces(), channels)
        return replace(state, mean=mean, std=std)

    def encode(self, values: Array, column: Column, state: ImageState, *, first: int = 0) -> Array:
        """Uint8 `(n, channels, height, width)`; a missing one is the mean colour.

        Raises:
            DataError: if one is on another scale than the training images. It carries `column`,
                `rows` (counted from `first` on), `wanted` and `found`.
        """
        channels, height, width = state.shape
        size = (height, width, channels)
        fitted = np.empty((len(values), *state.shape), dtype=np.uint8)
        row = 0
        try:
            if values.dtype != object:
                values = state.intensity.bytes_of(values)
                if values.shape[1:] == size:
                    return np.ascontiguousarray(values.transpose(0, 3, 1, 2))
            for row, image in enumerate(values):
                if image is None:
                    fitted[row] = np.rint(state.mean).astype(np.uint8)[:, None, None]
                    continue
                if values.dtype == object:
                    image = state.intensity.bytes_of(image[None])[0]
                fitted[row] = resized(image, *size, state.fit).transpose(2, 0, 1)
        except UnfitError as fault:
            raise unfit(fault, column, (first + row + fault.row,)) from None
        return fitted

    def settle(self, values: Array) -> Array:
        return settled(values)

    def pack(self, state: ImageState) -> tuple[Any, dict[str, Array]]:
        values: dict[str, Any] = {"shape": list(state.shape)}
        values["intensity"] = state.intensity.to_json()
        if state.fit != "resize":
            values["fit"] = state.fit
        return values, {"mean": state.mean, "std": state.std}

    def unpack(self, values: Any, arrays: Mapping[str, Array], column: Column) -> ImageState:
        return ImageState(
            shape=tuple(values["shape"]),
            intensity=Intensity.from_json(values["intensity"]),
            fit=values.get("fit", "resize"),
            mean=arrays["mean"],
            std=arrays["std"],
        )

    def remarks(self, column: Column, state: ImageState) -> tuple[Finding, ...]:
        found = mixed_sizes(column.name, state.seen, state.shape[1:], POLICIES[state.fit])
        return () if found is None else (found,)

    def sizes(self, values: Array, column: Column) -> dict[str, Array]:
        """Pixels down and across, and colours, of each picture."""
        return shapes(values, AXES)

    def compared(self, values: Array, column: Column) -> dict[str, Array]:
        """Sizes, and how bright pictures are and how far their pixels differ."""
        return {**self.sizes(values, column), **brightness(values)}

    def drawn(self, cell: Array, column: Column) -> Array:
        """Its pixels, stretched from black to white unless their white is known."""
        if cell.dtype != np.uint8:
            low, high = float(cell.min()), float(cell.max())
            cell = np.rint(255 * (cell - low) / max(high - low, 1e-9)).astype(np.uint8)
        return cell[:, :, 0] if cell.shape[2] == 1 else cell

    # --- doors

    def weight(self, cell: object) -> int:
        return pixels_of(cell)

    def to_frame(self, values: Array, column: Column) -> Any:
        return values if values.dtype != object else as_files(as_cells(values))

    def to_text(self, values: Array, column: Column) -> list[str]:
        return as_texts(as_cells(values))

    def to_json(self, values: Array, column: Column) -> list[Any]:
        return partly_nested(values, as_cells(values))

    def handed(self, values: Array, column: Column) -> Handed:
        """Each picture is made a file once."""
        cells = as_cells(values)
        frame = values if values.dtype != object else as_files(cells)
        return Handed(frame, as_texts(cells), partly_nested(values, cells))

    def field(self, fitted: Fitted, seen: Array | None) -> dict[str, Any]:
        state: ImageState = fitted.state
        intensity = state.intensity
        low, high = (bound(end, 9) for end in (intensity.low, intensity.high))
        form = (
            "base64 of a PNG, JPEG, GIF, BMP, WebP or TIFF file, seen as a viewer shows it and on "
            "white, or rows of pixels"
            if intensity.plain or intensity.white
            else "rows of pixels"
        )
        return {
            "form": f"{form} from {low} to {high}",
            "shape": state.shape,
            "mean_colour": tuple(round(float(value)) for value in state.mean),
            "policy": {"other_size": POLICIES[state.fit]},
        } | ({} if intensity.plain else {"low": low, "high": high})

    def scripted(self, fitted: Fitted) -> Scripted | None:
        return scripted_picture(fitted)

    def synthesise(
        self, fitted: Fitted, usual: tuple[float, ...], rows: int, rng: np.random.Generator
    ) -> list[Any]:
        state: ImageState = fitted.state
        return [draw_patch(state.shape, state.intensity, rng) for _ in range(rows)]

    def disturbances(self, column: Column, seen: Array) -> tuple[Disturbance, ...]:
        return of_pictures(seen)

    def areas(self, column: Column, seen: Array) -> tuple[Area, ...]:
        return areas_of_pictures(seen)

    def nonsense(self, column: Column, seen: Array) -> Change | None:
        return noise_of(seen)

    def corrupt(self, values: Array, some: Array, few: Array) -> Array:
        """Their negatives, all of them."""
        negatives = values.copy()
        for n, value in enumerate(values):
            negatives[n] = inverted(value) if hasattr(value, "shape") else value
        return negatives


def unfit(fault: UnfitError, column: Column, rows: tuple[int, ...]) -> DataError:
    """The fault of pictures of a column that are on another scale than others."""
    who = f"Column `{column.name}`"
    more = {"column": column.name, "rows": rows}
    return DataError.expected(who, fault.wanted, fault.found, fault.remedy, **more)
