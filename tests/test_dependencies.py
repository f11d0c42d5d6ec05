"""Whatever the source imports is the standard library or declared, and nothing is in vain."""

import ast
import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

from fivefold.deploy.package import SERVING
from source_trees import SOURCE, tree

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
OPTIONAL = {
    "openpyxl": "asked for by name where an Excel file is to be read",
    "skl2onnx": "the graphs of estimators that are no trees",
    "soundfile": "sounds that are no WAV files",
    "av": "films in containers, such as MP4",
    "tokenizers": "learns pieces of words, where Preprocess is asked for them",
    "captum": "takes gradients of answers, in `result.gradients`, which says how to install it",
    "opacus": "adds up what a private training spends; Train(privacy=) says how to install it",
    "optuna": "proposes settings in ff.tune, which says how to install it",
    "huggingface_hub": "fetches weights that Pretrained names on the hub",
    "httpx2": "asks for pages of the web, in Scrape, which says how to install it",
    "selectolax": "takes pages of the web apart",
    "protego": "reads robots.txt",
    "warcio": "writes and reads web archives, where `archive=` asks for them",
    "trafilatura": "finds the main text of a page, where `::main` asks for it",
    "w3lib": "knows in which characters a page of the web is written",
    "sqlalchemy": "asks databases, where Collect is given an address of one",
    "fsspec": "reads what pyarrow does not, `hf://` or `sftp://`; torch brings it",
    "mlflow": "asked for by name by who logs runs there",
}
HOSTS = {"IPython": "runs notebooks, and is imported in its kernel alone"}
UNIMPORTED = {"onnxscript": "torch.onnx.export imports it"}
SERVED = ("serve", "reading", "kinds", "tasks", "metrics", "codecs", "__init__.py")
COLLECTED = {
    "pandas": "a frame of pandas brings it; periods inside a Parquet file; files of Stata",
    "sqlalchemy": "databases that run elsewhere",
    "fsspec": "addresses that pyarrow does not read",
    "pyarrow": "Parquet, tables of Arrow, and large CSV files where it is there",
    "openpyxl": "Excel",
    "soundfile": "sounds that are no WAV files",
    "av": "films in containers, such as MP4",
    "tokenizers": "learns pieces of words, where Preprocess is asked for them",
    "huggingface_hub": "fetches weights that Pretrained names on the hub",
    "scikit-learn": "its data sets, bundled and fetched",
    "scipy": "intervals of scores and distances of samples, which nothing that serves asks for",
}
SERVED_INDIRECTLY = {"pydantic": "fastapi imports it"}
NAMES = {"PIL": "pillow", "sklearn": "scikit-learn", "lazy_loader": "lazy-loader"}


@cache
def imports(file: Path) -> frozenset[str]:
    """The first words of what a file imports, at any depth."""
    found = set()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(str(node.module).split(".")[0])
    return frozenset(found)


def imported(*parts: str) -> set[str]:
    """Distributions that files below these parts of the source import, at any depth."""
    found: set[str] = set()
    for part in parts:
        path = SOURCE / part
        for file in [path] if path.is_file() else path.rglob("*.py"):
            found |= imports(file)
    foreign = found - sys.stdlib_module_names - {"fivefold"}
    return {NAMES.get(name, name) for name in foreign}


def declared() -> dict[str, str]:
    """Lower bounds by distribution."""
    return dict(requirement.split(">=") for requirement in PROJECT["dependencies"])


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text))


def test_names_of_distributions_are_those_of_the_imports():
    installed = packages_distributions()
    assert {NAMES[name] for name in NAMES} == {
        found.lower().replace("_", "-") for name in NAMES for found in installed[name]
    }


def test_dependencies_declared_are_what_the_source_imports():
    assert imported(".") - set(OPTIONAL) - set(HOSTS) == set(declared()) - set(UNIMPORTED)


def test_optional_imports_belong_to_an_extra():
    extras = PROJECT["optional-dependencies"].values()
    listed = {re.split("[>=]=", one)[0] for requirements in extras for one in requirements}
    assert set(OPTIONAL) <= listed


def test_lower_bounds_are_not_above_what_is_tested():
    pins = dict(
        line.lower().split("==")
        for line in (ROOT / "tests/versions.txt").read_text().splitlines()
        if "==" in line
    )
    for name, bound in declared().items():
        assert version(bound) <= version(pins[name]), name


def test_lower_bounds_are_those_of_the_oldest_versions_tested():
    lines = (ROOT / "tests/oldest.txt").read_text().splitlines()
    oldest = dict(line.split("==") for line in lines if "==" in line)
    assert {name: f"{bound}.*" for name, bound in declared().items()} == oldest


def test_requirements_of_a_bundle_are_what_serving_imports():
    needed = imported(*SERVED) - set(COLLECTED)
    assert needed == (set(SERVING) - set(SERVED_INDIRECTLY)) | {"pillow"}
