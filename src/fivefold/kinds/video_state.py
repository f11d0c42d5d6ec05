"""What the training rows say of a column of clips."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fivefold.codecs.intensity import Intensity
from fivefold.codecs.resizing import Fit
from fivefold.codecs.table import Array


@dataclass(frozen=True, kw_only=True, eq=False)
class VideoState:
    """Size, length, range and colours of one column of clips.

    Attributes:
        shape: of one encoded clip: channels (1 where every training clip is grey, else 3), frames,
            height and width.
        mean: `(channels,)` float32, of training pixels on the scale 0 to 255.
        std: `(channels,)` float32, their standard deviation, at least 1.
        intensity: the range of pixels that becomes 0 to 255.
        fit: how other proportions are brought to this size.
        seen: how many training clips have each size; known where it was fitted, not saved.
        lengths: how many have each number of frames, as far as they are kept; likewise.
    """

    shape: tuple[int, int, int, int]
    mean: Array
    std: Array
    intensity: Intensity = field(default_factory=Intensity)
    fit: Fit = "resize"
    seen: Mapping[tuple[int, int], int] = field(default_factory=dict)
    lengths: Mapping[int, int] = field(default_factory=dict)
