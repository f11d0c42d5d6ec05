"""The endings of files that say what form they have."""

from pathlib import Path

PARQUET = (".parquet", ".pq")
JSON = (".jsonl", ".ndjson", ".json")
TEXT = (".csv", ".tsv", ".tab", ".txt", ".data", ".dat", "")
FASTA = (".fasta", ".fa", ".fna", ".ffn", ".faa", ".frn")
FASTQ = (".fastq", ".fq")
EXCEL = (".xlsx", ".xlsm")
TABLES = (".csv", ".tsv", ".tab", ".txt", *PARQUET, *JSON, ".xlsx", *FASTA, *FASTQ)


def suffix_of(name: str) -> str:
    """The ending that tells the form, in lower case, without `.gz`.

    Example:
        >>> suffix_of("rows.CSV.gz")
        '.csv'
    """
    return Path(name.lower().removesuffix(".gz")).suffix
