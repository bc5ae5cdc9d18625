"""A seccomp filter: calls into the kernel that no exercise needs, answered with "not permitted".

The namespaces already hide everything; this keeps a learner's program away from the
parts of the kernel where escapes have been found (nested namespaces, mounts, keys,
BPF, io_uring). Numbers are from the kernel's own tables for each machine.
"""

import platform
import struct

_LOAD, _JEQ, _JSET, _JGE, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_ALLOW, _KILL, _EPERM, _ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026
_CLONE_NEWUSER = 0x10000000

# audit architecture, number of clone, numbers refused
_MACHINES: dict[str, tuple[int, int, tuple[int, ...]]] = {
    "x86_64": (
        0xC000003E,
        56,
        (
            101, 155, 161, 163, 165, 166, 167, 168, 169, 175, 176, 179, 246, 248, 249, 250, 272, 279, 298, 303, 304,
            308, 310, 311, 312, 313, 320, 321, 323, 425, 426, 427, 428, 429, 430, 431, 432, 433, 442,
        ),
    ),
    "aarch64": (
        0xC00000B7,
        220,
        (
            39, 40, 41, 51, 60, 89, 97, 104, 105, 106, 117, 142, 217, 218, 219, 224, 225, 239, 241, 264, 265, 268, 270,
            271, 272, 273, 280, 282, 294, 425, 426, 427, 428, 429, 430, 431, 432, 433, 442,
        ),
    ),
}  # fmt: skip
_CLONE3 = 435


def _step(code: int, value: int, when_true: int = 0, when_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, when_true, when_false, value)


def filter_program() -> bytes:
    """The filter for this machine as classic BPF; empty where we have no table for it."""
    known = _MACHINES.get(platform.machine())
    if known is None:
        return b""
    architecture, clone, refused = known
    steps = [
        _step(_LOAD, 4),
        _step(_JEQ, architecture, 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, 0),
        _step(_JGE, 0x40000000, 0, 1),  # the x32 way around every number below
        _step(_RETURN, _KILL),
        _step(_JEQ, _CLONE3, 0, 1),
        _step(_RETURN, _ENOSYS),  # libc falls back to clone, whose flags can be read
    ]
    for number in refused:
        steps += [_step(_JEQ, number, 0, 1), _step(_RETURN, _EPERM)]
    steps += [
        _step(_JEQ, clone, 0, 3),
        _step(_LOAD, 16),
        _step(_JSET, _CLONE_NEWUSER, 0, 1),
        _step(_RETURN, _EPERM),
        _step(_RETURN, _ALLOW),
    ]
    return b"".join(steps)
