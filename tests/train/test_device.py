import pytest
import torch

from fivefold.errors import PreflightError
from fivefold.models.threads import threads_set
from fivefold.train.device import find_device, peak_bytes


def test_auto_is_a_gpu_where_there_is_one():
    expected = "cuda:0" if torch.cuda.is_available() else "cpu"
    assert str(find_device("auto")) == expected
    assert find_device("cpu").type == "cpu"


def test_a_gpu_that_is_not_there_is_refused():
    with pytest.raises(PreflightError, match="expected the device 'cuda:99', found"):
        find_device("cuda:99")


def test_a_device_that_does_not_exist_is_refused():
    with pytest.raises(PreflightError, match="found 'toaster'"):
        find_device("toaster")


def test_threads_are_set_and_put_back():
    before = torch.get_num_threads()
    with threads_set(before + 1) as threads:
        assert torch.get_num_threads() == threads == before + 1
    assert torch.get_num_threads() == before
    with threads_set(None) as threads:
        assert threads == before


def test_peak_bytes_grows_with_what_is_held():
    before = peak_bytes(torch.device("cpu"))
    held = torch.ones(before // 4 + 2**24)
    assert peak_bytes(torch.device("cpu")) > max(before, held.numel() * 4 / 2)
