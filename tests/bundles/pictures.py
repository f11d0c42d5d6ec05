"""Small pictures, 10 pixels high and 8 wide, in every form that a cell may have."""

import base64
import io
from typing import Any

import numpy as np
from PIL import Image

HEIGHT, WIDTH = 10, 8
ORIENTATION = 0x0112
FORMS = (
    *("grey", "grey16", "rgb", "rgba", "la", "palette", "exif"),
    *("float", "float255", "ints", "bools"),
)


def scene(draw: np.random.Generator, label: int, height: int = HEIGHT, width: int = WIDTH) -> Any:
    """Uint8 `(height, width, 3)`: a patch of colour whose lighter half tells the label."""
    pixels = draw.integers(0, 120, (height, width, 3))
    half = (slice(height // 2), slice(height // 2, None))[label % 2]
    pixels[half, :, label % 3] += 120
    return pixels.astype(np.uint8)


def cell(pixels: Any, form: str) -> Any:
    """The pixels as one raw cell: the bytes of a file, an array or nested lists."""
    grey = pixels.mean(axis=2).astype(np.uint8)
    alpha = (pixels[:, :, 0].astype(int) * 7 % 256).astype(np.uint8)
    match form:
        case "grey":
            return file(Image.fromarray(grey))
        case "grey16":
            return file(Image.fromarray(grey.astype(np.uint16) * 257 + 40))
        case "grey12":
            return file(Image.fromarray(grey.astype(np.uint16) * 16 + 5))
        case "rgb":
            return file(Image.fromarray(pixels))
        case "rgba":
            return file(Image.fromarray(np.dstack([pixels, alpha])))
        case "la":
            return file(Image.fromarray(np.dstack([grey, alpha])))
        case "palette":
            return file(Image.fromarray(pixels).quantize(16), transparency=3)
        case "exif":
            return rotated(grey, 6)
        case "float":
            return grey / 255.0
        case "float255":
            return pixels + 0.25
        case "ints":
            return pixels.tolist()
        case "bools":
            return grey > 100
    raise ValueError(form)


def rotated(grey: Any, orientation: int) -> bytes:
    """A grey JPEG as tall as the others where it is stored; a viewer turns it."""
    image = Image.fromarray(grey)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return file(image, "JPEG", quality=95, exif=exif)


def file(image: Any, format: str = "PNG", **options: Any) -> bytes:
    """The bytes of a file."""
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def plain(value: Any) -> Any:
    """A cell as a JSON value: base64, or nested lists."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.tolist() if isinstance(value, np.ndarray) else value


def odd_ones(draw: np.random.Generator) -> list[Any]:
    """Cells, as JSON values, in forms that training did not show; each of another scene."""

    def colour() -> Any:
        return scene(draw, 0)

    def image() -> Any:
        return Image.fromarray(colour())

    def grey() -> Any:
        return colour().mean(axis=2).astype(np.uint8)

    def large() -> Any:
        return scene(draw, 1, 2 * HEIGHT, 2 * WIDTH + 3)

    def many(dtype: type, factor: float) -> Any:
        return Image.fromarray((grey().astype(float) * factor).astype(dtype))

    exif = Image.Exif()
    exif[ORIENTATION] = 6
    dark = np.zeros((HEIGHT, WIDTH))
    dark[2:5, 3] = 1.0
    cells = [
        *(rotated(grey(), orientation) for orientation in range(1, 9)),
        "data:image/png;base64," + plain(cell(colour(), "rgba")),
        cell(colour(), "grey12"),
        file(image(), exif=exif),
        file(image(), "BMP"),
        file(image(), "WEBP", lossless=True),
        file(Image.fromarray(np.dstack([colour(), grey()])), "WEBP", lossless=True, exact=True),
        file(image().quantize(8), "GIF"),
        file(image().quantize(8), "GIF", transparency=2),
        file(image().quantize(16), transparency=bytes(range(0, 256, 16))),
        file(image().convert("1")),
        file(Image.fromarray(grey()), transparency=0),
        file(image(), transparency=(0, 0, 0)),
        file(image().convert("RGBA"), "TIFF"),
        file(many(np.uint16, 200), "TIFF"),
        file(many(np.int32, 300), "TIFF"),
        file(many(np.float32, 1.01), "TIFF"),
        file(image().convert("CMYK"), "TIFF"),
        file(Image.fromarray(large())),
        rotated(large().mean(axis=2).astype(np.uint8), 6),
        large() / 255.0,
        dark,  # floats up to 1 are shares of white
        dark.astype(int),
        dark[::-1, :, None].repeat(3, axis=2),
        dark * 2,
        np.dstack([colour(), grey()]),  # four channels as numbers
        np.dstack([colour(), grey()]) / 255.0,
        grey()[:, :, None],
        grey(),
        np.zeros((HEIGHT, WIDTH), int),
        np.full((HEIGHT, WIDTH), 255),
        [[0, 128, 255, 3], [7, 9, 200, 100]],
        [[True, False], [False, True]],
    ]
    return [plain(value) for value in cells]
