"""What bytes are that no codec reads, by how they begin."""

_MARKS = (
    (b"\x1aE\xdf\xa3", "a WebM or Matroska file"),
    (b"#!AMR", "an AMR file"),
    (b"0&\xb2u", "a file of Windows Media"),
    (b"MThd", "a MIDI file"),
    (b"\xff\xf1", "an AAC file"),
    (b"\xff\xf9", "an AAC file"),
    (b"fLaC", "a FLAC file"),
    (b"OggS", "an Ogg file"),
    (b"ID3", "an MP3 file"),
    (b"\x89PNG", "a PNG file"),
    (b"\xff\xd8\xff", "a JPEG file"),
    (b"GIF8", "a GIF file"),
    (b"8BPS", "a file of Photoshop"),
    (b"%PDF", "a PDF file"),
    (b"PK\x03\x04", "a zip file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"\x93NUMPY", "a file of numpy"),
    (b"<svg", "an SVG file"),
    (b"<!doctype html", "a page of HTML"),
    (b"<html", "a page of HTML"),
    (b"<?xml", "an XML file"),
    (b"version https://git-lfs", "a pointer of Git LFS, not what it points to"),
)
_WAVE = {b"WAVE": "a WAV file", b"WEBP": "a WebP file", b"AVI ": "an AVI file"}
_MPEG_4 = {b"M4A ": "an M4A file", b"avif": "an AVIF file"}
_HEIC = (b"heic", b"heix", b"hevc", b"mif1", b"msf1")


def begins_as(content: bytes) -> str:
    r"""What bytes are, with its article, as far as that is known; empty where it is not.

    Example:
        >>> begins_as(b"\x1aE\xdf\xa3\x9fB\x86\x81"), begins_as(b"....ftypheic")
        ('a WebM or Matroska file', 'a HEIC file')
        >>> begins_as(b"so it is")
        ''
    """
    brand = content[8:12]
    if content[4:8] == b"ftyp":
        return "a HEIC file" if brand in _HEIC else _MPEG_4.get(brand, "an MP4 file")
    if content[:4] == b"RIFF":
        return _WAVE.get(brand, "")
    if content[128:132] == b"DICM":
        return "a DICOM file"
    head = content[:64].lstrip().lower()
    return next((told for mark, told in _MARKS if head.startswith(mark.lower())), "")


def beginning(content: bytes) -> str:
    """The same as the end of a sentence: `: they begin as a WebM file does`."""
    told = begins_as(content)
    return f": they begin as {told} does" if told else ""


def is_binary(content: bytes) -> bool:
    """Whether bytes begin as a file does that is no text."""
    return not content[:4].isascii() and bool(begins_as(content))
