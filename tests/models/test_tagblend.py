import numpy as np
import torch
import torch.nn.functional as F

from fivefold.models.inputs import Spelled
from fivefold.models.tagblend import TagBlend, WindowLinear, find_lean


def test_linear_model_adds_what_a_word_and_its_neighbours_weigh():
    torch.manual_seed(0)
    size, classes = Spelled(6, 3, 20), 4
    linear = WindowLinear(size, (6, classes))
    linear.weight.normal_()
    linear.bias.normal_()
    batch = torch.randint(0, 20, (2, 6, 4))
    found = linear(batch)
    weight = linear.weight.view(5, 20, classes)
    for row, place in ((0, 0), (1, 3), (0, 5)):
        wanted = linear.bias.clone()
        for offset in range(-2, 3):
            at = place + offset
            codes = batch[row, at, 1:] if 0 <= at < 6 else torch.zeros(3, dtype=torch.int64)
            wanted += weight[offset + 2, codes].sum(0)
        torch.testing.assert_close(found[row, place], wanted)


def test_mixed_answer_is_the_mean_of_both_and_the_lean():
    torch.manual_seed(0)
    size = Spelled(6, 3, 20)
    blend = TagBlend(size, (6, 4)).eval()
    batch = torch.randint(0, 20, (2, 6, 4))
    own = blend(batch)
    linear = WindowLinear(size, (6, 4))
    linear.weight.normal_()
    blend.attach(linear, 0.25)
    blend.lean[0] = -1.0
    wanted = 0.75 * own + 0.25 * linear(batch) - F.one_hot(torch.tensor(0), 4)
    torch.testing.assert_close(blend(batch), wanted)


def test_lean_is_what_gives_the_others_the_best_f1():
    rng = np.random.default_rng(0)
    truth = (rng.random((40, 10)) < 0.2).astype(np.int64)
    margin = torch.tensor(2 * truth - 3 + rng.normal(size=truth.shape))
    outputs = torch.stack([torch.zeros_like(margin), margin], dim=2)
    place, lean, gain = find_lean(outputs, torch.tensor(truth))

    def f1(added):
        said = (margin > added).numpy()
        return 2 * (said & (truth == 1)).sum() / (said.sum() + truth.sum())

    assert place == 0
    assert lean < -0.5
    np.testing.assert_allclose(gain, f1(lean) - f1(0.0))
    assert f1(lean) > max(map(f1, np.arange(-4, 0.1, 0.25))) - 0.01
    even = torch.tensor([[0, 1], [1, 0]])
    assert find_lean(torch.zeros(2, 2, 2), even)[1] == 0
