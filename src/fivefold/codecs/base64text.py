"""Files as text: base64, as JSON and CSV carry them."""

import base64
import binascii
from urllib.parse import unquote

_URL_SAFE = str.maketrans("-_", "+/")


def bytes_of_text(text: str) -> bytes:
    """The bytes that a base64 text stands for.

    Args:
        text: of either alphabet, padded or not, with or without `data:image/png;base64,` before it.

    Raises:
        ValueError: if it is none.

    Example:
        >>> bytes_of_text("data:audio/wav;base64,UklGRg=="), bytes_of_text("UklGRg")
        (b'RIFF', b'RIFF')
    """
    head, comma, body = text.partition(",")
    if comma and head.strip()[:5].lower() == "data:":
        text = unquote(body) if "%" in body else body
    text = "".join(text.split()).translate(_URL_SAFE).rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(
            "the text is neither base64 nor, in a table or frame, the path of a file below root="
        ) from None
