import subprocess
import sys

CODE = """
import pkgutil, sys
for name in ("torch", "pandas", "pyarrow", "scipy", "sklearn", "onnx", "matplotlib"):
    sys.modules[name] = None
from importlib import import_module
import numpy as np
import fivefold.metrics
for module in pkgutil.iter_modules(fivefold.metrics.__path__, "fivefold.metrics."):
    import_module(module.name)
from fivefold.metrics.estimates import estimate
from fivefold.metrics.metric import *

truth = np.arange(60) % 2
scores = np.full((60, 2), 0.5)
scores[truth == 1, 1] = 0.9
print(*estimate(truth, scores, [ACCURACY, LOG_LOSS, AVERAGE_PRECISION]))
value = np.linspace(0, 1, 60)
print(*estimate(value, value + np.sin(np.arange(60)), [RMSE, MAE, R2, MEDIAN_ABSOLUTE_ERROR]))
"""


def test_scores_are_taken_where_nothing_heavy_can_be_imported():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    wanted = ["accuracy log_loss average_precision", "rmse mae r2 median_absolute_error"]
    assert done.stdout.splitlines() == wanted, done.stderr
