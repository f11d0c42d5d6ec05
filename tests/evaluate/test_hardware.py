import os
import platform
from importlib.metadata import version

import torch

from fivefold.evaluate.hardware import hardware, memory, processor


def test_hardware_says_what_the_numbers_were_measured_on(numbers, sensible):
    table = hardware(numbers.evidence(sensible).trained)
    facts = dict(zip(table["quantity"], table["value"], strict=True))
    assert facts["torch"] == version("torch")
    assert facts["threads of torch"] == str(torch.get_num_threads())
    assert facts["python"] == platform.python_version()
    assert facts["training seconds"] == "0.5"
    assert facts["peak memory in training"] == "1.0 GiB"
    assert facts["cores available"].endswith(f"of {os.cpu_count()}")
    assert all(isinstance(value, str) and value for value in facts.values())


def test_hardware_without_a_measurement_says_so(numbers, sensible):
    trained = numbers.evidence(sensible).trained.replace(resources={})
    table = hardware(trained).set_index("quantity")["value"]
    assert table["training seconds"] == "not measured"
    assert table["peak memory in training"] == "not measured"


def test_processor_and_memory_are_known_here():
    assert processor()
    assert memory() is None or memory() > 2**28
