"""Files of a user's that define kinds, tasks or stages of their own."""

import sys
from hashlib import sha256
from importlib.util import module_from_spec, spec_from_file_location
from os import PathLike, fspath
from pathlib import Path
from types import ModuleType

from fivefold.errors import ConfigError

_LOADING: list[Path] = []


def load_file(path: str | PathLike[str]) -> ModuleType:
    """Run a file that the user names, and give what it defines.

    It runs under a name of its own, so that what stands below `if __name__ == "__main__":` does not
    run; a pipeline that it runs in spite of that is refused. What it imports from its own folder is
    found there, after everything else.

    Raises:
        ConfigError: if there is no such file, or it fails.
    """
    file = Path(fspath(path)).resolve()
    name = f"{file.stem} ({sha256(str(file).encode()).hexdigest()[:12]})"
    spec = spec_from_file_location(name, file) if file.is_file() and file.suffix == ".py" else None
    if spec is None or spec.loader is None:
        remedy = "Name the .py file that defines the class of your own."
        raise ConfigError.expected(
            fspath(path), "a Python file", "another" if file.exists() else "none", remedy, path=file
        )
    module = module_from_spec(spec)
    sys.modules[name] = module
    if str(file.parent) not in sys.path:
        sys.path.append(str(file.parent))
    _LOADING.append(file)
    try:
        spec.loader.exec_module(module)
    except ConfigError:
        raise
    except Exception as error:
        remedy = "Run it by itself to see more."
        if isinstance(error, ImportError) and error.name in sys.modules:
            remedy = f"Import {error.name} inside the methods that need it: where a model is "
            remedy += "served there is none."
        raise ConfigError.expected(
            file.name, "a file that runs", f"{type(error).__name__}: {error}", remedy, path=file
        ) from error
    finally:
        _LOADING.pop()
    return module


def check_not_loading() -> None:
    """Refuse to work while a file is loaded for the classes in it.

    Raises:
        ConfigError: naming the file.
    """
    if _LOADING:
        raise ConfigError(
            f"{_LOADING[-1].name}: expected classes, found that a pipeline is run when it is "
            "imported.",
            remedy='Put what runs below `if __name__ == "__main__":`.',
            path=_LOADING[-1],
        )
