"""What went into a network, in one line."""

from fivefold.kinds.codec import Codec


def summarise(codec: Codec, rows: int, dropped: int = 0) -> str:
    """What was fitted, on how many rows, and what comes out.

    Args:
        codec: as fitted.
        rows: training rows it was fitted on.
        dropped: training rows then left out as outliers.
    """
    parts = []
    if len(codec.numeric):
        flags = int(codec.numeric.indicator.sum())
        parts.append(_count(len(codec.numeric), "number") + (f" (+ {flags} missing)" * (flags > 0)))
    if len(codec.categorical):
        kept = sum(map(len, codec.categorical.categories))
        columns = _count(len(codec.categorical), "category column")
        parts.append(f"{columns} ({_count(kept, 'value')} kept, {codec.categorical.mode})")
    for name, text in codec.texts.items():
        words = _count(len(text.vocabulary), "known word")
        parts.append(f"text {name!r} ({_count(text.length, 'word')} a row, {words})")
    for name, image in codec.images.items():
        colour = "grey" if image.channels == 1 else "RGB"
        parts.append(f"image {name!r} ({image.height}x{image.width} {colour})")
    left_out = f"; {_count(dropped, 'row')} left out as outliers" if dropped else ""
    return f"Fitted on {_count(rows, 'training row')}: {', '.join(parts)}{left_out}."


def _count(number: int, noun: str) -> str:
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun}s"
