"""The signature of `run()`: reflected once, when the class is defined, and refused there."""

from typing import Annotated, Any, Generic, Optional, TypeVar

import pytest

from fivefold.core.artifact import Artifact
from fivefold.core.key import Key
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.errors import SignatureError

T = TypeVar("T")


class Collected(Artifact):
    rows: int = 0


class Trained(Artifact):
    rows: int = 0


class Box(Artifact, Generic[T]):
    content: T


def stage_with(run: Any) -> type[Stage]:
    """A stage class called Distil around a `run` function."""
    run.__qualname__ = "Distil.run"
    return type(Stage)("Distil", (Stage,), {"__module__": __name__, "run": run})


def refused(run: Any) -> SignatureError:
    """The error that defining a stage around `run` raises."""
    with pytest.raises(SignatureError) as caught:
        stage_with(run)
    assert caught.value.owner == "Distil.run"
    return caught.value


def test_signature_of_artifacts_is_what_the_stage_reads_and_writes():
    def run(self, data: Collected, session: Session) -> Trained: ...

    wiring = stage_with(run).wiring
    assert [(read.name, read.key, read.optional) for read in wiring.reads] == [
        ("data", Key(Collected), False),
        ("session", Key(Session), False),
    ]
    assert wiring.writes == Key(Trained)


def test_signature_with_quoted_names_is_resolved():
    def run(self, data: "Collected") -> "Trained": ...

    assert stage_with(run).wiring.writes == Key(Trained)


def test_signature_with_labels_keeps_them():
    def run(
        self, teacher: Annotated[Trained, "teacher"], pupil: Trained
    ) -> Annotated[Trained, "pupil"]: ...

    wiring = stage_with(run).wiring
    assert [read.key for read in wiring.reads] == [Key(Trained, "teacher"), Key(Trained)]
    assert wiring.writes == Key(Trained, "pupil")


def test_signature_with_an_optional_label_keeps_both():
    def run(self, teacher: Annotated[Trained, "teacher"] | None = None) -> Collected: ...

    (read,) = stage_with(run).wiring.reads
    assert (read.key, read.optional) == (Key(Trained, "teacher"), True)


def test_signature_with_an_optional_input_marks_it():
    def run(self, data: Collected, trained: Trained | None = None) -> Trained: ...

    wiring = stage_with(run).wiring
    assert [read.optional for read in wiring.reads] == [False, True]
    assert str(wiring.reads[1]) == "Trained?"


def test_signature_with_old_style_optional_is_the_same():
    def run(self, trained: Optional[Trained] = None) -> Collected: ...  # noqa: UP045

    assert stage_with(run).wiring.reads[0].optional


def test_signature_with_a_dict_is_refused_in_these_words():
    def run(self, data: dict, session: Session) -> Trained: ...

    assert str(refused(run)) == (
        "Distil.run: expected artifacts in its signature, found 1 that is not.\n"
        "\n"
        "  parameter 'data' is dict; only subclasses of Artifact can be wired\n"
        "\n"
        "Annotate each parameter and the return value with a subclass of Artifact."
    )


def test_signature_with_many_faults_lists_them_all():
    def run(self, a: dict, b, *c: Trained, d: int | str, e: Trained = None) -> dict: ...

    error = refused(run)
    assert str(error) == (
        "Distil.run: expected artifacts in its signature, found 6 that are not.\n"
        "\n"
        "  parameter 'a' is dict; only subclasses of Artifact can be wired\n"
        "  parameter 'b' has no annotation\n"
        "  parameter 'c' takes any number of arguments; name each artifact\n"
        "  parameter 'd' is int | str; the only union is `X | None = None`\n"
        "  parameter 'e' has a default; only `X | None = None` may\n"
        "  the return annotation is dict; only subclasses of Artifact can be wired\n"
        "\n"
        "Annotate each parameter and the return value with a subclass of Artifact."
    )
    assert len(error.faults) == 6


@pytest.mark.parametrize(
    "annotation",
    [dict, int, list[Trained], Any, Artifact, T, Box[int], type[Trained], Trained | Box, None],
    ids=str,
)
def test_signature_with_anything_but_an_artifact_class_is_refused(annotation):
    def read(self, data: annotation) -> Trained: ...
    def write(self, data: Collected) -> annotation: ...

    assert "parameter 'data' is" in str(refused(read))
    assert refused(write).faults


def test_signature_with_a_network_or_tensor_is_refused():
    class Tensor:
        """Stands for torch.Tensor and nn.Module: a class of someone else."""

    def run(self, data: Tensor) -> Trained: ...

    assert "parameter 'data' is Tensor" in str(refused(run))


def test_signature_without_a_return_annotation_is_refused():
    def run(self, data: Collected): ...

    assert "the return annotation is missing" in str(refused(run))


def test_signature_with_an_optional_output_is_refused():
    def run(self, data: Collected) -> Trained | None: ...

    assert "outputs are never optional" in str(refused(run))


def test_signature_with_an_optional_input_without_default_is_refused():
    def run(self, data: Collected | None) -> Trained: ...

    assert "parameter 'data' is optional without `= None`" in str(refused(run))


def test_signature_with_a_union_of_two_artifacts_is_refused():
    def run(self, data: Collected | Trained | None = None) -> Trained: ...

    assert "the only union is `X | None = None`" in str(refused(run))


def test_signature_with_keyword_arguments_is_refused():
    def run(self, data: Collected, **more: Trained) -> Trained: ...

    assert "parameter 'more' takes any number of arguments" in str(refused(run))


def test_signature_with_positional_only_parameters_is_refused():
    def run(self, data: Collected, /) -> Trained: ...

    assert "'data'" in str(refused(run))


@pytest.mark.parametrize("label", ["", 3, None], ids=repr)
def test_signature_with_a_label_that_is_no_name_is_refused(label):
    def run(self, data: Annotated[Collected, label]) -> Trained: ...

    assert "a label is one non-empty string" in str(refused(run))


def test_signature_with_two_labels_is_refused():
    def run(self, data: Annotated[Collected, "a", "b"]) -> Trained: ...

    assert "a label is one non-empty string" in str(refused(run))


def test_signature_reading_one_artifact_twice_is_refused():
    def run(self, one: Collected, other: Collected) -> Trained: ...

    assert "Collected is read twice; label one" in str(refused(run))


def test_signature_with_an_undefined_name_says_where_to_define_it():
    def run(self, data: "Undefined") -> Trained: ...  # noqa: F821

    assert str(refused(run)) == (
        "Distil.run: expected annotations that exist when the class is defined, "
        "found 'Undefined'.\n"
        "Define Undefined above the class, at the top level of the module."
    )


def test_rehearsal_with_the_signature_of_run_is_accepted():
    class Distil(Stage):
        def run(self, data: Collected, session: Session) -> Trained: ...
        def rehearse(self, data: Collected, session: Session) -> Trained: ...

    assert Distil.has_rehearsal()


def test_rehearsal_with_another_signature_is_refused():
    with pytest.raises(SignatureError) as caught:

        class Distil(Stage):
            __qualname__ = "Distil"

            def run(self, data: Collected, session: Session) -> Trained: ...
            def rehearse(self, data: Collected) -> Trained: ...

    assert str(caught.value) == (
        "Distil.rehearse: expected the signature of run(), found another one.\n"
        "Give both the same parameters and return annotation."
    )


def test_signature_inherited_is_that_of_the_parent_until_run_is_overridden():
    class Distil(Stage):
        def run(self, data: Collected) -> Trained: ...

    class Renamed(Distil):
        pass

    class Rewired(Distil):
        def run(self, trained: Trained) -> Collected: ...

    assert Renamed.wiring == Distil.wiring
    assert Rewired.wiring.writes == Key(Collected)
    assert Distil.wiring.writes == Key(Trained)
