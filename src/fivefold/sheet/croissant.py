"""Data as Croissant 1.1 describes it: JSON-LD, and beside it the rows as Parquet.

Specification: http://mlcommons.org/croissant/1.1, and http://mlcommons.org/croissant/RAI/1.0 for
what people say of data.
"""

import json
from datetime import date
from os import PathLike
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fivefold.core.format import Hashed
from fivefold.core.store import whole, write_bytes
from fivefold.errors import ConfigError, StoreError
from fivefold.sheet.arrowcolumns import PARTS, SPLIT, Columnar, columns_as_arrow
from fivefold.sheet.datasheet import Datasheet
from fivefold.sheet.filled import Data, datasheet_of
from fivefold.sheet.testimony import Answers

CONFORMS = ("http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0")
REQUIRED = {
    "license": "licence",
    "url": "url",
    "creator": "creators",
    "datePublished": "published",
}
"""Properties that Croissant requires and that only an answer gives, by the question."""
SAID = {
    "citeAs": ("citation",),
    "version": ("version",),
    "rai:dataCollection": ("acquisition", "instruments", "workers"),
    "rai:dataCollectionMissingData": ("missing",),
    "rai:dataCollectionRawData": ("raw",),
    "rai:dataPreprocessingProtocol": ("cleaning",),
    "rai:dataAnnotationProtocol": ("labelling",),
    "rai:dataUseCases": ("used", "fit"),
    "rai:dataLimitations": ("unfit", "sample"),
    "rai:dataBiases": ("bias",),
    "rai:dataSocialImpact": ("harm",),
    "rai:personalSensitiveInformation": ("sensitive", "identity", "people"),
    "rai:dataReleaseMaintenancePlan": ("updates", "contact", "older", "retention"),
}
"""Properties that answers give, by their questions."""
ROWS = "rows"
_SPLITS = dict(zip(PARTS, ("TrainingSplit", "ValidationSplit", "TestSplit"), strict=True))
_TERMS = (
    *("annotation", "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty"),
    *("excludes", "extract", "field", "fileProperty", "fileObject", "fileSet", "format"),
    *("includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path"),
    *("readLines", "recordSet", "references", "regex", "repeated", "replace", "samplingRate"),
    *("sdVersion", "separator", "source", "subField", "transform", "unArchive", "value"),
)
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "conformsTo": "dct:conformsTo",
    "name": {"@container": "@language"},
    "description": {"@container": "@language"},
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{term: f"cr:{term}" for term in _TERMS},
}


def write_croissant(
    data: Data, path: str | PathLike[str], answers: Answers | None = None
) -> tuple[str, ...]:
    """Write the description of collected data, and its rows beside it as Parquet.

    Args:
        data: collected.
        path: of the description, `data/croissant.json`; the rows go to `data/croissant.parquet`.
        answers: what people say: see `answers_of`.

    Returns:
        Questions whose answers Croissant requires and nobody has given.

    Raises:
        ConfigError: if an answer is none, or the day of publication no date.
        StoreError: if a file cannot be written.
    """
    import pyarrow as pa
    from pyarrow import parquet

    place, sheet = Path(path), datasheet_of(data, answers)
    beside = place.with_suffix(".parquet")
    if beside == place:
        wanted = "a name that ends in .json, as the rows are written to .parquet beside it"
        raise ConfigError.expected("to_croissant", wanted, repr(place.name), "Name it so.")
    columns = columns_as_arrow(data)
    try:
        with whole(beside) as file:
            parquet.write_table(pa.table({c.name: c.values for c in columns}), _Sink(file))
        size = beside.stat().st_size
        told = described(sheet, columns, beside.name, file.digest, size, dict(data.provenance))
        write_bytes(place, json.dumps(told, indent=1, ensure_ascii=False).encode())
    except OSError as error:
        raise StoreError(
            f"to_croissant: expected to write {place}, found: {error.strerror or error}.",
            remedy="Pass the path of a file in a folder that can be written.",
            path=place,
        ) from error
    return tuple(question for name, question in REQUIRED.items() if name not in told)


def described(
    sheet: Datasheet,
    columns: list[Columnar],
    file: str,
    sha256: str,
    size: int,
    provenance: dict[str, Any],
) -> dict[str, Any]:
    """The description as JSON values.

    Args:
        sheet: what is known and said of the data.
        columns: of the file.
        file: that holds the rows, by its name beside the description.
        sha256: of that file.
        size: of that file, in bytes.
        provenance: what the rows were read from.
    """
    splits = any(column.name == SPLIT and column.role == SPLIT for column in columns)
    licence = sheet.answers.get("licence") or provenance.get("licence")
    told: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": sheet.title,
        "description": _description(sheet),
        "conformsTo": list(CONFORMS),
        "license": licence,
        "url": sheet.answers.get("url"),
        "creator": _creators(sheet.answers.get("creators", "")),
        "datePublished": _day(sheet.answers.get("published", "")),
        **{name: _said(sheet, of) for name, of in SAID.items()},
        "prov:wasDerivedFrom": [
            {"@id": f"urn:sha256:{one['sha256']}"} for one in provenance.get("files", ())
        ]
        or ([{"@id": f"urn:sha256:{sha}"}] if (sha := provenance.get("sha256")) else None),
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": file,
                "name": file,
                "description": "All rows, a column each.",
                "contentUrl": file,
                "contentSize": f"{size} B",
                "encodingFormat": "application/x-parquet",
                "sha256": sha256,
            }
        ],
        "recordSet": [
            *([_splits()] if splits else []),
            {
                "@type": "cr:RecordSet",
                "@id": ROWS,
                "name": ROWS,
                "description": "A record a row.",
                "field": [_field(column, file) for column in columns],
            },
        ],
    }
    return {name: value for name, value in told.items() if value not in (None, "", [])}


def _field(column: Columnar, file: str) -> dict[str, Any]:
    """One column of the file."""
    field: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{ROWS}/{quote(column.name, safe='')}",
        "name": column.name,
        "description": column.told,
        "dataType": column.types[0] if len(column.types) == 1 else list(column.types),
        "source": {"fileObject": {"@id": file}, "extract": {"column": column.name}},
    }
    if column.shape:
        field |= {"isArray": True, "arrayShape": ",".join(map(str, column.shape))}
    if column.role == SPLIT:
        # as the data sets of Croissant itself write it: mlcroissant reads no bare {"@id": ...}
        field["references"] = {"field": {"@id": "splits/name"}}
    return field


def _splits() -> dict[str, Any]:
    """What the names of the parts mean."""
    return {
        "@type": "cr:RecordSet",
        "@id": "splits",
        "name": "splits",
        "description": "The parts that the source puts rows in.",
        "dataType": "cr:Split",
        "key": {"@id": "splits/name"},
        "field": [
            {
                "@type": "cr:Field",
                "@id": "splits/name",
                "name": "name",
                "description": "As rows name it.",
                "dataType": "sc:Text",
            },
            {
                "@type": "cr:Field",
                "@id": "splits/url",
                "name": "url",
                "description": "What it means.",
                "dataType": ["sc:URL", "cr:Split"],
            },
        ],
        "data": [
            {"splits/name": name, "splits/url": f"cr:{means}"} for name, means in _SPLITS.items()
        ],
    }


def _description(sheet: Datasheet) -> str:
    """What the data is for and what it consists of."""
    facts = [*sheet.facts.get("rows", ()), *sheet.facts.get("columns", ())[:1]]
    return " ".join([sheet.answers.get("purpose", ""), *facts, *sheet.facts.get("target", ())])[
        :5_000
    ].strip()


def _said(sheet: Datasheet, questions: tuple[str, ...]) -> str:
    return "\n\n".join(sheet.answers[name] for name in questions if name in sheet.answers)


def _creators(text: str) -> list[dict[str, str]]:
    """Who made it, a line each."""
    names = [line.strip(" -*") for line in text.splitlines() if line.strip(" -*")]
    return [{"@type": "sc:Organization", "name": name} for name in names]


def _day(text: str) -> str:
    if text:
        try:
            date.fromisoformat(text[:10])
        except ValueError:
            remedy = "Write it as 2026-11-30 below `published`."
            raise ConfigError.expected("to_croissant", "a day", repr(text), remedy) from None
    return text


class _Sink:
    """A hashed file, as the writer of Parquet asks for one."""

    closed = False

    def __init__(self, file: Hashed) -> None:
        self._file, self._at = file, 0

    def write(self, content: Any) -> int:
        written = self._file.write(bytes(content))
        self._at += written
        return written

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Whoever opened the file closes it."""
