"""`fivefold agree` tells what the numbers of agreement are, and changes nothing."""

from fivefold.cli import main
from fivefold.label.agreed import agreed
from fivefold.label.event import Event
from fivefold.label.events import FILE, Events


def test_agree_prints_the_scores_and_leaves_the_labels_alone(tmp_path, capsys):
    with Events(tmp_path / FILE) as events:
        for n in range(20):
            for who, label in (("ann", "ab"[n % 2]), ("bo", "ab"[(n + (n % 5 == 0)) % 2])):
                events.append(Event(item=f"i{n}", who=who, act="label", value=label))
        wanted = agreed(events.all(), "class", ["a", "b"])
    before = (tmp_path / FILE).read_bytes()
    assert main(["agree", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert f"20 items with two labels or more: Krippendorff's alpha {wanted.alpha:.3f}" in told
    assert f"ann, bo  Cohen's kappa {wanted.pairs['ann', 'bo'][1]:.3f}  n 20" in told
    assert "as others say 80%" in told
    assert (tmp_path / FILE).read_bytes() == before


def test_agree_where_nothing_was_labelled_says_what_makes_labels(tmp_path, capsys):
    assert main(["agree", str(tmp_path / "none")]) == 2
    assert "fivefold label" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()
