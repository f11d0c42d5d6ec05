"""onnxruntime, which is told to be silent."""

import os
from typing import Any


def load_runtime() -> Any:
    """The module `onnxruntime`, imported so that it looks up no host and writes no device id.

    It reads the variable once, when it is imported first; a value that the user has set stays.
    Whatever else imports it (the exporter of torch does) is to be called after this.
    """
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    return onnxruntime
