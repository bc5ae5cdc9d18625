"""Build a closed room with the kernel's namespaces and start one program in it. Runs as its own process.

An ordinary user gets a user namespace first and builds inside it; root builds with
its own rights, then becomes a user id nobody has, and takes a user namespace after.
Order: unshare, a new root of read-only pieces, process 1 that reaps, the program
without capabilities, without new privileges, behind the system call filter.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

_libc = ctypes.CDLL(None, use_errno=True)
_NEWNS, _NEWCGROUP, _NEWUTS, _NEWIPC = 0x20000, 0x2000000, 0x4000000, 0x8000000
_NEWUSER, _NEWPID, _NEWNET = 0x10000000, 0x20000000, 0x40000000
_RDONLY, _NOSUID, _NODEV, _REMOUNT, _BIND, _REC, _PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18
_SET_PDEATHSIG, _SET_DUMPABLE, _SET_SECCOMP, _CAPBSET_DROP, _SET_NO_NEW_PRIVS = 1, 4, 22, 24, 38
_DETACH = 2


def must(answer: int, what: str) -> None:
    """Stop with the kernel's own words when a call failed."""
    if answer != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def mount(source: str | None, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    """mount(2)."""
    words = [None if word is None else word.encode() for word in (source, target, kind)]
    must(_libc.mount(*words, ctypes.c_ulong(flags), None if data is None else data.encode()), f"mount {target}")


def unshare(flags: int) -> None:
    """unshare(2)."""
    must(_libc.unshare(ctypes.c_int(flags)), "unshare")


def map_user(proc: int, who: int | str, uid: int, gid: int) -> None:
    """Inside, `who` is user 1000 and nobody else."""
    for name, text in (("setgroups", "deny"), ("uid_map", f"1000 {uid} 1"), ("gid_map", f"1000 {gid} 1")):
        file = os.open(f"{who}/{name}", os.O_WRONLY, dir_fd=proc)
        os.write(file, text.encode())
        os.close(file)


def show(source: str, place: str, writable: bool = False) -> None:
    """Bind one file or folder of the old root into the new one, read-only."""
    old, new = "/old" + source, "/new" + place
    if os.path.isdir(old):
        os.makedirs(new, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(new), exist_ok=True)
        if not os.path.exists(new):
            open(new, "w").close()
    mount(old, new, None, _BIND)
    if not writable:
        kept = os.statvfs(new).f_flag & ~_RDONLY  # a user namespace may not take flags away
        mount(None, new, None, _REMOUNT | _BIND | _RDONLY | _NOSUID | _NODEV | (kept & 0x40E))


def build(plan: dict[str, Any]) -> None:
    """Make the new root and step into it; the old one is gone afterwards."""
    mount(None, "/", None, _REC | _PRIVATE)
    mount("tmpfs", "/tmp", "tmpfs", _NOSUID | _NODEV, "size=1m,mode=755")
    os.makedirs("/tmp/old")
    os.makedirs("/tmp/new")
    must(_libc.pivot_root(b"/tmp", b"/tmp/old"), "pivot_root")
    os.chdir("/")
    mount("tmpfs", "/new", "tmpfs", _NOSUID | _NODEV, "size=1m,mode=755")
    for place, source in plan["shown"]:
        show(source, place)
    for target, place in plan["links"]:
        os.makedirs(os.path.dirname("/new" + place), exist_ok=True)
        os.symlink(target, "/new" + place)
    for path in plan["covered"]:
        mount("tmpfs", "/new" + path, "tmpfs", _NOSUID | _NODEV | _RDONLY, "size=4k")
    for device in plan["devices"]:
        show(device, device, writable=True)
    for place, mebi in plan["rooms"]:
        os.mkdir("/new" + place)
        mount("tmpfs", "/new" + place, "tmpfs", _NOSUID | _NODEV, f"size={mebi}m,nr_inodes={plan['files']},mode=1777")
    mount(None, "/new", None, _REMOUNT | _BIND | _RDONLY | _NOSUID | _NODEV)
    os.chdir("/new")
    must(_libc.pivot_root(b".", b"."), "pivot_root")
    must(_libc.umount2(b".", _DETACH), "umount2")
    os.chdir("/work")


def give_up_rights(filter_fd: int | None) -> None:
    """No capability, no way to gain one, no call into the kernel that is not needed."""
    for capability in range(64):
        _libc.prctl(_CAPBSET_DROP, capability, 0, 0, 0)
    must(_libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    if filter_fd is not None:
        program = os.read(filter_fd, 65536)
        steps = ctypes.create_string_buffer(program)

        class Program(ctypes.Structure):
            _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_void_p)]

        whole = Program(len(program) // 8, ctypes.addressof(steps))
        must(_libc.prctl(_SET_SECCOMP, 2, ctypes.byref(whole), 0, 0), "seccomp")


def reap(first: int) -> NoReturn:
    """Process 1: wait for the program, take in orphans; the kernel ends the rest when we leave."""
    while True:
        pid, status = os.wait()
        if pid == first:
            code = os.waitstatus_to_exitcode(status)
            os._exit(code if code >= 0 else 128 - code)


def become(nobody: int, mapped: int, unmapped: int) -> None:
    """Root gives up being root, takes a user namespace and waits for its one name in it."""
    os.setgroups([])
    os.setresgid(nobody, nobody, nobody)
    os.setresuid(nobody, nobody, nobody)
    _libc.prctl(_SET_DUMPABLE, 1, 0, 0, 0)
    unshare(_NEWUSER)
    os.write(unmapped, b".")
    os.read(mapped, 1)


def in_room(plan: dict[str, Any], nobody: int | None, mapped: int, unmapped: int) -> NoReturn:
    """From process 1 on: become the nobody we said, start the program, reap."""
    if nobody is not None:
        become(nobody, mapped, unmapped)
    _libc.prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # after the change of user, which would clear it
    os.close(mapped)
    os.close(unmapped)
    first = os.fork()
    if first != 0:
        reap(first)
    os.setsid()
    give_up_rights(plan["filter_fd"])
    os.execve(plan["inner"][0], plan["inner"], plan["env"])


def main() -> None:
    """Read the plan, unshare, build, start, and leave as the program left."""
    plan = json.loads(sys.argv[1])
    nobody = int(sys.argv[2]) if len(sys.argv) > 2 else None
    _libc.prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
    spaces = _NEWNS | _NEWPID | _NEWNET | _NEWIPC | _NEWUTS | _NEWCGROUP
    if nobody is None:
        uid, gid = os.getuid(), os.getgid()
        unshare(_NEWUSER | spaces)
        map_user(proc, "self", uid, gid)
    else:
        unshare(spaces)
    must(_libc.sethostname(b"exercise", 8), "sethostname")
    build(plan)
    mapped, named = os.pipe()
    waiting, unmapped = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            for fd in (proc, named, waiting):
                os.close(fd)
            in_room(plan, nobody, mapped, unmapped)
        finally:
            os._exit(125)
    os.close(unmapped)
    if nobody is not None and os.read(waiting, 1):
        map_user(proc, child, nobody, nobody)
        os.write(named, b".")
    with open(plan["info_fd"], "w") as info:
        json.dump({"child-pid": child}, info)
    _pid, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else 128 - code)


main()
