import pytest
import torch

from fivefold.core.session import Session
from fivefold.errors import ResumeError
from fivefold.train.checkpoint import Checkpoints, State, read_state
from fivefold.train.train import Train

IDENTITY = {"seed": 3, "decided": {"batch": 32, "threads of torch": 1}}


def state(number):
    tensors = {"weights.0": torch.full((3, 2), float(number)), "random.cpu": torch.get_rng_state()}
    return State({"cursor": number, "loss": 0.1 + number}, tensors)


def opened(folder, identity=IDENTITY, resume=True, seconds=0.0):
    return Checkpoints(folder, identity=identity, seconds=seconds, resume=resume)


def test_checkpoints_give_the_newest_state_to_the_bit(tmp_path):
    first = opened(tmp_path / "states")
    for number in range(4):
        first.save(state(number))
    found = opened(tmp_path / "states").newest()
    assert found.values == {"cursor": 3, "loss": 3.1}
    assert torch.equal(found.tensors["weights.0"], torch.full((3, 2), 3.0))
    assert found.tensors["random.cpu"].dtype == torch.uint8


def test_checkpoints_keep_two_files(tmp_path):
    checkpoints = opened(tmp_path)
    for number in range(5):
        checkpoints.save(state(number))
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied"])
def test_a_damaged_state_is_passed_over_for_the_one_before(tmp_path, damage):
    checkpoints = opened(tmp_path)
    checkpoints.save(state(1))
    checkpoints.save(state(2))
    newest = max(tmp_path.iterdir())
    content = bytearray(newest.read_bytes())
    content[-1] ^= 1
    cut = {"cut": content[: len(content) // 2], "flipped": content, "emptied": b""}
    newest.write_bytes(cut[damage])
    assert read_state(newest) is None
    assert opened(tmp_path).newest().values["cursor"] == 1


def test_a_changed_value_in_the_header_is_noticed(tmp_path):
    checkpoints = opened(tmp_path)
    checkpoints.save(state(7))
    path = next(tmp_path.iterdir())
    content = path.read_bytes()
    changed = content.replace(b'\\"cursor\\": 7', b'\\"cursor\\": 8')
    assert changed != content
    path.write_bytes(changed)
    assert read_state(path) is None


def test_what_was_still_being_written_is_no_state(tmp_path):
    (tmp_path / ".00000001.safetensors.123.tmp").write_bytes(b"half")
    assert opened(tmp_path).newest() is None
    opened(tmp_path).save(state(1))
    assert [path.name for path in tmp_path.iterdir()] == ["00000001.safetensors"]


def test_another_run_is_refused_with_every_difference(tmp_path):
    opened(tmp_path).save(state(1))
    other = {"seed": 3, "torch": "9", "decided": {"batch": 64, "threads of torch": 1}}
    with pytest.raises(ResumeError) as caught:
        opened(tmp_path, identity=other).newest()
    assert caught.value.differences == {"batch": ("32", "64"), "torch": ("none", "9")}
    assert str(caught.value) == (
        f"Train: expected the run that {tmp_path} was begun with, found 2 differences.\n\n"
        "  batch   32 then, 64 now\n"
        "  torch   none then, 9 now\n\n"
        "Bring back what differs, choose a new folder, or begin again with resume=False."
    )


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        ({"reads": "others"}, ["Preprocessed"]),
        ({"batch": 16}, ["batch"]),
        ({"weight": 0.25}, ["first weights"]),
        ({}, []),
    ],
    ids=str,
)
def test_train_goes_on_with_states_of_the_same_run_alone(tmp_path, make_data, changes, differs):
    def run(reads="rows", weight=0.5, **settings):
        net = torch.nn.Linear(2, 1)  # one of one's own is known by its name alone
        torch.nn.init.constant_(net.weight, weight)
        torch.nn.init.constant_(net.bias, 0.0)
        identity = {"seed": 0, "reads": {"Preprocessed": reads}}
        session = Session(directory=tmp_path, resume=True, identity=identity)
        stage = Train(net, epochs=1, checkpoint_seconds=0, threads=1, **settings)
        return stage.run(data=make_data(), session=session)

    first = run()
    if not differs:
        assert run(**changes).resources["resumed_steps"] > 0
        return
    with pytest.raises(ResumeError) as caught:
        run(**changes)
    assert list(caught.value.differences) == differs
    assert first.resources["resumed_steps"] == 0


def test_without_resume_nothing_is_found_and_older_files_go_with_the_first_save(tmp_path):
    first = opened(tmp_path)
    first.save(state(1))
    first.save(state(2))
    again = opened(tmp_path, resume=False)
    assert again.newest() is None
    assert len(list(tmp_path.iterdir())) == 2
    again.save(state(3))
    assert [read_state(path)[1].values["cursor"] for path in tmp_path.iterdir()] == [3]
    assert opened(tmp_path).newest().values["cursor"] == 3


def test_checkpoints_are_due_after_their_seconds(tmp_path):
    assert opened(tmp_path, seconds=0.0).due
    assert not opened(tmp_path, seconds=1000.0).due
