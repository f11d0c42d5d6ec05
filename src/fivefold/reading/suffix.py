"""The endings of files that say what form they have."""

from pathlib import Path

PARQUET = (".parquet", ".pq")
JSON = (".jsonl", ".ndjson", ".json")
TEXT = (".csv", ".tsv", ".tab", ".txt", ".data", ".dat", "")
DECLARED = (".arff", ".ts")
ARROW = (".feather", ".arrow", ".ipc", ".orc")
STATA = (".dta",)
SQLITE = (".sqlite", ".sqlite3", ".db", ".db3")
NUMPY = (".npz", ".npy")
FASTA = (".fasta", ".fa", ".fna", ".ffn", ".faa", ".frn")
FASTQ = (".fastq", ".fq")
CONLL = (".conll", ".conll2003", ".bio", ".iob", ".iob2", ".bioes", ".iobes")
PACKED = (".zip", ".tar", ".tgz", ".tbz", ".tbz2", ".txz")
COMPRESSED = (".gz", ".bz2", ".xz")
EXCEL = (".xlsx", ".xlsm")
TABLES = (
    *(".csv", ".tsv", ".tab", ".txt"),
    *(*PARQUET, *JSON, ".xlsx", *FASTA, *FASTQ, *DECLARED, *CONLL, ".npz"),
    *(*ARROW, *STATA, *SQLITE[:2]),
)


def stem_of(path: str) -> str:
    """The name of a file without its endings.

    Example:
        >>> stem_of("genes/Promoter.fasta.gz")
        'Promoter'
    """
    plain = Path(path)
    return Path(plain.stem if plain.suffix.lower() in COMPRESSED else plain.name).stem


def suffix_of(name: str) -> str:
    """The ending that tells the form, in lower case, without `.gz` and its kin.

    Example:
        >>> suffix_of("rows.CSV.gz")
        '.csv'
    """
    path = Path(name.lower())
    return (path.with_suffix("") if path.suffix in COMPRESSED else path).suffix
