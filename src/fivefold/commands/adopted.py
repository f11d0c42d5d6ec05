"""Files of the user's that are handed over, for what they define to be known."""

import sys
from collections.abc import Sequence
from types import ModuleType


def adopt_files(paths: Sequence[str]) -> list[ModuleType]:
    """Make what files of the user's define known, before anything is read or built.

    Returns:
        What else they define.

    Raises:
        ConfigError: if one does not run.
    """
    found = list[ModuleType]()
    if paths:
        from fivefold.serve.own import adopt_file

        for path in paths:
            module = adopt_file(path)
            found.append(module)
            values = [value for value in vars(module).values() if isinstance(value, type)]
            own = [cls for cls in values if cls.__module__ == module.__name__]
            if any(hasattr(cls, "get_params") for cls in own):
                from fivefold.train import rebuilt

                rebuilt.hand_over(filter(rebuilt.is_estimator_class, own))
            if "fivefold.train.callback" in sys.modules:  # else it defines none
                from fivefold.train.callback import callbacks_in, hand_over

                hand_over(callbacks_in(module))
    return found
