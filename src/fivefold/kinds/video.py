"""Clips: files, folders of frames or arrays, brought to one size and length."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from os import PathLike
from typing import Any

import numpy as np

from fivefold.codecs.animation import is_animation
from fivefold.codecs.cell import is_missing, null_words, word
from fivefold.codecs.coded import Coded, objects
from fivefold.codecs.depth import inverted, settled
from fivefold.codecs.film import (
    FRAMES,
    SIDE,
    STILL,
    as_cell,
    as_file,
    film,
    film_stack,
    is_film,
    is_frame,
)
from fivefold.codecs.footage import FOOTAGE, begins_as_footage
from fivefold.codecs.intensity import Intensity, Spans, UnfitError, fit_intensity, widen
from fivefold.codecs.resizing import resized, usual_size
from fivefold.codecs.schema import Column
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Array
from fivefold.codecs.thinning import lengthened
from fivefold.core.finding import Finding
from fivefold.kinds.area import Area, areas_of_pictures
from fivefold.kinds.block import Fitted
from fivefold.kinds.cells import Cells
from fivefold.kinds.distortion import of_clips
from fivefold.kinds.disturbance import Disturbance
from fivefold.kinds.films import FILMS
from fivefold.kinds.image import POLICIES, unfit
from fivefold.kinds.kind import Kind
from fivefold.kinds.levels import moments
from fivefold.kinds.moving import contact_print, draw_moving
from fivefold.kinds.numbers import bound
from fivefold.kinds.remarks import mixed_lengths, mixed_sizes, still_clips
from fivefold.kinds.video_state import VideoState
from fivefold.kinds.visible import brightness, shapes

CHUNK = 32
"""Clips encoded at a time."""

EXACT = 2_048
"""Training clips that size, length and colours are taken from; of more, evenly spaced ones."""

USUAL = 0.98
"""Fraction of the training clips of which every frame is read, unless they have more than that."""

LONGEST = 16
"""Frames of a clip where their number follows from the data."""

LARGEST = 64
"""Pixels of the longer side of a frame where the size follows from the data."""

AXES = ("frames", "height", "width", "channels")
"""Of a canonical clip."""


class Video(Kind):
    """Clips, as files, folders of frames, or arrays; frames are evenly spread over each."""

    name = "video"
    block = FILMS
    wanted = "clips"
    chunk = CHUNK
    state = VideoState
    settings = ("video_frames", "video_size", "image_fit")
    control = "film"
    item = "a clip"
    nullable, nullable_beside = False, True
    depth = 3
    requires = ("pillow",)
    sources = frozenset({"footage"})
    suffixes = FOOTAGE | frozenset((".gif", ".webp", ".png", ".apng"))
    made_of = STILL
    nulls = "asked"
    reads_as = frozenset()
    spoils = True
    saved_as = "GIF or WebP"
    parallel = True
    opaque = True

    def reader(self, column: Column) -> Callable[[object], Array | None]:
        """A cell as `(frames, height, width, channels)`, of a dtype as pictures have, or None."""
        absent = null_words(column.missing)

        def read(value: object) -> Array | None:
            if is_missing(value) or (isinstance(value, str) and word(value) in absent):
                return None
            return film(value)

        return read

    def whole(self, values: "Array | Coded", column: Column) -> tuple[Array, Array] | None:
        if isinstance(values, Coded):
            return None
        stack = film_stack(values)
        return None if stack is None else (stack, np.empty(0, np.int64))

    def is_cell(self, value: object) -> bool:
        if isinstance(value, bytes):
            return begins_as_footage(value) or is_animation(value)
        if isinstance(value, list | tuple):
            return bool(value) and all(not isinstance(v, str) and is_frame(v) for v in value)
        array = isinstance(value, np.ndarray) and is_film(value)
        return array or getattr(value, "n_frames", 1) > 1

    def fit(self, cells: Cells, column: Column, settings: Settings) -> VideoState:
        """Frames, size, channels and pixel statistics.

        Raises:
            DataError: if a cell is no clip, or 8-bit clips are beside another scale.
        """
        sample = cells.every(-(-len(cells) // EXACT) or 1)
        sizes, lengths = Counter[tuple[int, int]](), Counter[int]()
        spans: Spans = {}
        channels = 1
        for _, clips in sample.pieces(CHUNK):
            for clip in clips:
                if clip is not None:
                    widen(spans, [clip])
                    lengths[len(clip)] += 1
                    sizes[clip.shape[1:3]] += 1
                    channels = max(channels, clip.shape[3])
        height, width = settings.video_size or usual_size(sizes, LARGEST)
        frames = settings.video_frames or _usual_length(lengths)
        try:
            intensity = fit_intensity(spans)
        except UnfitError as fault:
            raise unfit(fault, column, ()) from None
        blank = np.zeros(channels, dtype=np.float32)
        state = VideoState(
            shape=(channels, frames, height, width),
            mean=blank,
            std=blank + 1,
            intensity=intensity,
            fit=settings.image_fit,
            seen=dict(sizes),
            lengths=dict(lengths),
        )

        def pieces() -> Iterator[Array]:
            for first, clips in sample.pieces(CHUNK):
                present = objects(clip for clip in clips if clip is not None)
                yield self.encode(present, column, state, first=first)

        mean, std = moments(pieces(), channels)
        return replace(state, mean=mean, std=std)

    def encode(self, values: Array, column: Column, state: VideoState, *, first: int = 0) -> Array:
        """Uint8 `(n, channels, frames, height, width)`; a missing one is the mean colour.

        Raises:
            DataError: if one is on another scale than the training clips. It carries `column`,
                `rows` (counted from `first` on), `wanted` and `found`.
        """
        channels, frames, height, width = state.shape
        size = (height, width, channels)
        encoded = np.empty((len(values), *state.shape), dtype=np.uint8)
        for row, clip in enumerate(values):
            if clip is None:
                encoded[row] = np.rint(state.mean).astype(np.uint8)[:, None, None, None]
                continue
            places, where = np.unique(lengthened(np.arange(len(clip)), frames), return_inverse=True)
            try:  # on one scale, as one tall picture
                tall = clip.reshape(1, -1, *clip.shape[2:])
                clip = state.intensity.bytes_of(tall).reshape(clip.shape)
            except UnfitError as fault:
                raise unfit(fault, column, (first + row,)) from None
            clip = clip[places]
            if clip.shape[1:] != size:
                clip = np.stack([resized(frame, *size, state.fit) for frame in clip])
            encoded[row] = clip[where].transpose(3, 0, 1, 2)
        return encoded

    def settle(self, values: Array) -> Array:
        return settled(values)

    def pack(self, state: VideoState) -> tuple[Any, dict[str, Array]]:
        values = {"shape": list(state.shape), "intensity": state.intensity.to_json()}
        return {**values, "fit": state.fit}, {"mean": state.mean, "std": state.std}

    def unpack(self, values: Any, arrays: Mapping[str, Array], column: Column) -> VideoState:
        return VideoState(
            shape=tuple(values["shape"]),
            intensity=Intensity.from_json(values["intensity"]),
            fit=values["fit"],
            mean=arrays["mean"],
            std=arrays["std"],
        )

    def remarks(self, column: Column, state: VideoState) -> tuple[Finding, ...]:
        _, frames, height, width = state.shape
        size, told = (height, width), {"plural": "clips", "setting": "video_size"}
        found = (
            mixed_sizes(column.name, state.seen, size, POLICIES[state.fit], **told),
            mixed_lengths(column.name, state.lengths, frames, FRAMES),
            still_clips(column.name, state.lengths),
        )
        return tuple(one for one in found if one is not None)

    def sizes(self, values: Array, column: Column) -> dict[str, Array]:
        """Frames as far as they are kept, pixels down and across, and colours, of each clip."""
        return shapes(values, AXES)

    def compared(self, values: Array, column: Column) -> dict[str, Array]:
        """Sizes, and how bright clips are and how far their pixels differ."""
        return {**self.sizes(values, column), **brightness(values)}

    def drawn(self, cell: Array, column: Column) -> Array:
        """Four frames, two beside one another, in the order in which one reads."""
        return contact_print(cell)

    # --- doors

    def weight(self, cell: object) -> int:
        """Of a file the most that is kept of it: frames are read one after another."""
        most = FRAMES * SIDE * SIDE * 3
        is_file = isinstance(cell, str | bytes | PathLike)
        return most if is_file else max(most, int(getattr(cell, "size", 0) or 0))

    def to_frame(self, values: Array, column: Column) -> Any:
        if values.dtype != object:
            return values
        return objects(
            None if cell is None else as_file(cell) for cell in self.to_json(values, column)
        )

    def to_text(self, values: Array, column: Column) -> list[str]:
        return [cell or "" for cell in self.to_json(values, column)]

    def to_json(self, values: Array, column: Column) -> list[Any]:
        """Base64 of files, None where missing."""
        return [None if clip is None else as_cell(clip) for clip in values]

    def field(self, fitted: Fitted, seen: Array | None) -> dict[str, Any]:
        state: VideoState = fitted.state
        frames = state.shape[1]
        low, high = (bound(end, 9) for end in (state.intensity.low, state.intensity.high))
        [example] = self.synthesise(fitted, (), 1, np.random.default_rng(0))
        files = "base64 of a GIF, WebP or PNG file that moves, of MP4 and its kin where the server "
        files += "has PyAV, or a list of pictures, base64 each; or "
        plain = state.intensity.plain or bool(state.intensity.white)
        return {
            "form": f"{files * plain}frames of rows of pixels from {low} to {high}",
            "shape": state.shape,
            "example": example,
            "mean_colour": tuple(round(float(value)) for value in state.mean),
            "policy": {
                "frames": f"{frames} evenly spread ones are read of each clip",
                "too_short": "the last frame stands again",
                "other_size": POLICIES[state.fit],
            },
        } | ({} if state.intensity.plain else {"low": low, "high": high})

    def synthesise(
        self, fitted: Fitted, usual: tuple[float, ...], rows: int, rng: np.random.Generator
    ) -> list[Any]:
        state: VideoState = fitted.state
        return [as_cell(draw_moving(state.shape, state.intensity, rng)) for _ in range(rows)]

    def disturbances(self, column: Column, seen: Array) -> tuple[Disturbance, ...]:
        return of_clips(seen)

    def areas(self, column: Column, seen: Array) -> tuple[Area, ...]:
        return areas_of_pictures(seen)

    def corrupt(self, values: Array, some: Array, few: Array) -> Array:
        """Their negatives, backwards, all of them."""
        changed = values.copy()
        for n, value in enumerate(values):
            changed[n] = inverted(value[::-1]) if hasattr(value, "shape") else value
        return changed


def _usual_length(lengths: Mapping[int, int]) -> int:
    """The frames that nearly all clips have, within bounds; 1 where there is none."""
    counts = np.repeat(list(lengths), list(lengths.values())) if lengths else np.ones(1)
    return max(1, min(LONGEST, int(np.ceil(np.quantile(counts, USUAL)))))
