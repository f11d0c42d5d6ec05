"""What the training rows say of a column of pictures."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fivefold.codecs.intensity import Intensity
from fivefold.codecs.resizing import Fit
from fivefold.codecs.table import Array


@dataclass(frozen=True, kw_only=True, eq=False)
class ImageState:
    """Size, range and colours of one image column.

    Attributes:
        shape: of one encoded image: channels (1 where every training image is grey, else 3),
            height and width.
        mean: `(channels,)` float32, of training pixels on the scale 0 to 255.
        std: `(channels,)` float32, their standard deviation, at least 1.
        intensity: the range of pixels that becomes 0 to 255.
        fit: how other proportions are brought to this size.
        seen: how many training images have each size; known where it was fitted, not saved.
    """

    shape: tuple[int, int, int]
    mean: Array
    std: Array
    intensity: Intensity = field(default_factory=Intensity)
    fit: Fit = "resize"
    seen: Mapping[tuple[int, int], int] = field(default_factory=dict)
