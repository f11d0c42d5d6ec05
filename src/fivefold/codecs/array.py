"""What is told of an array where its type is told: any shape, any dtype."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
