"""Checks for the authors of stages, kinds and tasks, and for those who trust nobody."""

from fivefold.fingerprint import fingerprint
from fivefold.leak import NoLeak, check_no_leak, corrupt
from fivefold.testing.kind import check_kind
from fivefold.testing.sound import Sound
from fivefold.testing.stage import check_stage
from fivefold.testing.task import check_task

__all__ = [
    "NoLeak",
    "Sound",
    "check_kind",
    "check_no_leak",
    "check_stage",
    "check_task",
    "corrupt",
    "fingerprint",
]
