"""The halves of kinds in JavaScript give what those in Python give, for cells of any form."""

import base64
import io
import json
import random
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from PIL import Image

import driven
import fivefold as ff
import static_pages
from fivefold.codecs.cell import BAD
from fivefold.codecs.coded import objects
from fivefold.codecs.dates import PATTERNS
from fivefold.codecs.schema import Column
from fivefold.codecs.settings import Settings
from fivefold.kinds.canonical import canonical_column
from fivefold.kinds.cells import Cells
from fivefold.kinds.datetime import Times
from fivefold.kinds.known import kind_of
from fivefold.kinds.state import FittedColumn

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(driven.CHROMIUM is None, reason="no chromium"),
]


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scripts")
    with driven.Browser(folder / "profile") as browser:
        yield static_pages.Scripts(browser, folder)
        assert browser.told == []


def fitted_on(cells: list, kind: str, **settings) -> tuple[FittedColumn, np.ndarray]:
    column = Column(name="x", kind=kind, missing=("N/A",))
    canonical = canonical_column(objects(cells), column)[0]
    known = Cells(canonical, lambda values, _: values)
    state = kind_of(kind).fit(known, column, Settings(**settings))
    return FittedColumn(column, kind_of(kind), state), canonical


ZONES = ("", "", "", "Z", " UTC", "+01:00", " +0530", "-08", " GMT+1", " (CET)", ".5", "+24:00")
MARKS = ("x", "9", "-", "\u2013", "\u00a0", "\ufeff", "\u0663", "")


def dates(pattern: str, count: int, draw: random.Random) -> list[str]:
    """Texts that the pattern writes, some with a zone, some with a fault."""
    texts = []
    for _ in range(count):
        at = datetime(draw.randint(1900, 2068), 1, 1) + timedelta(
            seconds=draw.randint(0, 31 * 10**6)
        )
        forms = ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S.%f", "%Y%m%d %H%M", "%G-W%V-%u")
        text = at.strftime(pattern or draw.choice(forms)) + draw.choice(ZONES)
        if draw.random() < 0.2:
            place = draw.randrange(len(text))
            text = text[:place] + draw.choice(MARKS) + text[place + 1 :]
        texts.append(text.lower() if draw.random() < 0.2 else text)
    return texts


def test_dates_of_every_pattern_are_read_as_the_same_moment_or_refused(scripts):
    draw, kind, refused = random.Random(0), kind_of("datetime"), 0
    for pattern in ("", *PATTERNS[::6]):
        column = Column(name="x", kind="datetime", format=pattern, missing=("N/A",))
        fitted = FittedColumn(column, kind, Times(times=True))
        cells = [*dates(pattern, 40, draw), None, "", "N/A", 20240229, True, "0001-01-01 00:00Z"]
        for cell, found in zip(cells, scripts.encoded(fitted, cells), strict=True):
            try:
                moment = np.array([kind.reader(column)(cell)], "M8[us]")
            except BAD:
                assert isinstance(found, str), (cell, pattern)
                continue
            if isinstance(found, str):  # weeks, other digits, signs that Python alone takes
                refused += 1
                continue
            wanted = np.nan_to_num(kind.encode(moment, column, fitted.state)[0], nan=-1)
            told = [-1 if number is None else number for number in found]
            np.testing.assert_allclose(told, wanted, rtol=1e-15, atol=1e-15, err_msg=repr(cell))
    assert refused < 40


SCRIPTS = (
    *((0x20, 0x7F),) * 6,
    *((0xA0, 0x250), (0x300, 0x370), (0x370, 0x590), (0x590, 0x700), (0x900, 0xE00)),
    *((0xE00, 0xF00), (0x1000, 0x10A0), (0x1780, 0x1800), (0x1E00, 0x2070), (0x2190, 0x2800)),
    *((0x3040, 0x3100), (0x4E00, 0x4F00), (0xAC00, 0xAD00), (0xFF00, 0xFFF0), (0x1C80, 0x1CC0)),
    *((0xA7B0, 0xA800), (0x10400, 0x10450), (0x105C0, 0x105F0), (0x1D400, 0x1D800)),
    *((0x1F1E6, 0x1F200), (0x1F300, 0x1F700)),
)
ODD = (
    *(
        "İstanbul",
        "straße STRASSE ẞ",
        "ΣΊΣΥΦΟΣ ΟΔΟΣ. Σ",
        "don\u2019t O'Neill's",
        "1,234 100000 ١٢٣٤",
    ),
    *("👩‍👩‍👧‍👦 👍🏽", "🇩🇪🇫🇷🇪", "नमस्ते", "ที่นี่", "天气很好。", "e\u0301te\u0301 i\u0307", "한국어 ﬁ"),
    *(
        "က္ဘာ ខ្មែរ",
        "soft\u00adhyphen",
        "\u200bzw\u200cj\u200d",
        "\ufeffx",
        "\0a",
        "a_b ___ ###ab ##",
    ),
    *("a_b ___ ###ab ##", "ǅ K Å", "x\u20e3 1\ufe0f\u20e3", "\ud83d", "天气" * 60, "N/A", "", " "),
)


def texts(count: int) -> list[str]:
    """Texts of many scripts, mixed."""
    draw, found = random.Random(1), [*ODD]
    for _ in range(count):
        parts = []
        for _ in range(draw.randint(0, 20)):
            low, high = draw.choice(SCRIPTS)
            letters = "".join(chr(draw.randrange(low, high)) for _ in range(draw.randint(1, 6)))
            parts.append(draw.choice((letters, letters, " ", draw.choice(ODD))))
        found.append("".join(parts))
    return found


@pytest.mark.parametrize(
    "settings",
    [
        {"slots": 40},
        {"text_length": 7, "truncation": "both", "terms": False},
        {"tokens": "subwords", "terms": False},
    ],
    ids=["terms", "cut", "pieces"],
)
def test_texts_of_any_script_have_the_same_codes(scripts, settings):
    if "tokens" in settings:
        pytest.importorskip("tokenizers")
    cells, slots = texts(600), settings.pop("slots", 0)
    fitted, canonical = fitted_on(cells, "text", word_rows=2, **settings)
    if slots:
        fitted = FittedColumn(fitted.column, fitted.kind, replace(fitted.state, slots=slots))
    wanted = fitted.kind.encode(canonical, fitted.column, fitted.state)
    found = np.array(scripts.encoded(fitted, cells))
    wrong = [cells[row] for row in np.flatnonzero((found != wanted).any(axis=1))]
    assert wrong == []
    assert len(np.unique(wanted)) > 200


@pytest.mark.parametrize("form", ["dna", "rna", "protein", "letters", "words"])
def test_sequences_of_any_alphabet_have_the_same_codes(scripts, form):
    draw = random.Random(2)
    signs = {"words": ["login", "view", "pay ", ", ", ";", "\u3000"], "letters": [*"HPhp 天\x1f"]}
    cells = ["".join(draw.choices(signs.get(form, "ACGTUNRYKMacgtux-*"), k=30)) for _ in range(60)]
    cells += [">one\nACG\r\nTTß", "@r\nACGT\n+\nIIII", "é天ſ", "", None, "N/A", 12, "\ufeffA"]
    fitted, canonical = fitted_on(cells, "sequence", sequence_length=25)
    column = replace(fitted.column, format=form)
    state = kind_of("sequence").fit(
        Cells(canonical, lambda values, _: values), column, Settings(sequence_length=25)
    )
    fitted = FittedColumn(column, fitted.kind, state)
    canonical = canonical_column(objects(cells), column)[0]
    wanted = fitted.kind.encode(canonical, column, state)
    assert scripts.encoded(fitted, cells) == wanted.tolist()
    assert len(np.unique(wanted)) > 3
    assert state.form == form
    if form == "dna":
        [found] = scripts.encoded(fitted, [">a\nAC\n>b\nGT"])
        assert found == "one sequence is wanted, it has 2 records of FASTA"


SIZES = ((8, 8), (31, 17), (17, 31), (100, 33), (60, 90), (1, 5), (540, 40))


def pictures() -> dict[str, object]:
    """Files of many forms, and rows of pixels, by what they are."""
    draw, found = np.random.default_rng(0), {}
    for height, width in SIZES:
        noise = draw.integers(0, 256, (height, width, 4), dtype=np.uint8)
        colour, grey = Image.fromarray(noise[:, :, :3]), Image.fromarray(noise[:, :, 0])
        deep = Image.fromarray(noise[:, :, 0].astype(np.uint16) * 257 + 3)
        few = colour.quantize(13)
        for form, image, options in (
            ("colour", colour, {}),
            ("grey", grey, {}),
            ("alpha", Image.fromarray(noise), {}),
            ("grey with alpha", Image.fromarray(noise[:, :, :2]), {}),
            ("16 bits", deep, {}),
            ("one bit", grey.convert("1"), {}),
            ("palette", few, {}),
            ("clear in a palette", few, {"transparency": 3}),
            ("clear grey", Image.fromarray(noise[:, :, 0] // 64 * 64), {"transparency": 64}),
            ("GIF", colour, {"format": "GIF"}),
            ("BMP", colour, {"format": "BMP"}),
            ("WebP", colour, {"format": "WEBP", "lossless": True}),
            ("JPEG", colour.resize((width, height)), {"format": "JPEG", "quality": 80}),
        ):
            file = io.BytesIO()
            image.save(file, **{"format": "PNG", **options})
            name = f"{form}, {height} x {width}"
            found[name] = base64.b64encode(file.getvalue()).decode()
    found["rows"] = noise[:20, :9, :3].tolist()
    found["rows as a text"] = json.dumps(noise[:12, :9, 0].tolist())
    found["fractions"] = (noise[:9, :9, 0] / 3).tolist()
    return {**found, "missing": None, "missing text": "N/A"}


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"image_size": (24, 32), "image_fit": "pad"},
        {"image_size": (24, 32), "image_fit": "crop"},
        {"image_size": (9, 11), "trained": "grey"},
        {"image_size": (9, 11), "trained": "16 bits"},
    ],
    ids=["resized", "padded", "cropped", "grey", "deep"],
)
def test_pictures_of_any_form_have_the_same_pixels(scripts, settings):
    cells = pictures()
    trained = settings.pop("trained", "colour")
    some = [cells[f"{trained}, {size}"] for size in ("60 x 90", "31 x 17")]
    fitted, _ = fitted_on(some, "image", **settings)
    given = objects(cells.values())
    canonical = canonical_column(given, fitted.column)[0]
    wanted = fitted.kind.encode(canonical, fitted.column, fitted.state).reshape(len(cells), -1)
    found = scripts.encoded(fitted, list(cells.values()))
    for name, ours, theirs in zip(cells, wanted, found, strict=True):
        assert not isinstance(theirs, str), (name, theirs)
        off = np.abs(ours.astype(int) - np.array(theirs))
        assert off.max() <= (2 if "JPEG" in name else 0), name  # another decoder


@pytest.mark.parametrize("cell", ["aGVsbG8=", "no base64", "", "[[1, 2], [3]]", [["a"]], 5, {}])
def test_what_is_no_picture_is_none_on_a_page_either(scripts, cell):
    fitted, _ = fitted_on([np.zeros((4, 4), np.uint8)], "image")
    [found] = scripts.encoded(fitted, [cell])
    if cell == "":
        assert found == [0] * 16  # missing
        return
    assert isinstance(found, str)
    with pytest.raises(ff.errors.DataError):
        canonical_column(objects([cell]), fitted.column)
