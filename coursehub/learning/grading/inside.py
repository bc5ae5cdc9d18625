"""The part that runs inside the closed room, as its own process, with the standard library only.

It is given an order (marshal, from a file descriptor we made) and hands back plain
data on another descriptor. It knows the question, never the expected answer: whoever
takes this process over can only claim what a program of theirs could have returned.
Started as `python -I -S -B -X utf8 -c <this text> <order fd> <result fd>`.
"""

from __future__ import annotations

import builtins
import json
import marshal
import os
import resource
import signal
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

_DEEPEST, _MOST_NODES, _LONGEST = 60, 20_000, 100_000
_MEBI = 1024 * 1024
_SCALARS = ((bool, "b"), (int, "i"), (float, "f"), (str, "s"), (bytes, "y"))
_MANY = ((list, "l"), (tuple, "t"), (set, "set"), (frozenset, "set"))


def limit(limits: dict[str, int]) -> None:
    """Lower every limit of this process and of all that it starts."""
    for name, value in (
        ("RLIMIT_CORE", 0),
        ("RLIMIT_FSIZE", limits["file_mib"] * _MEBI),
        ("RLIMIT_NOFILE", limits["open_files"]),
        ("RLIMIT_NPROC", limits["processes"]),
        ("RLIMIT_AS", limits["memory_mib"] * _MEBI),
        ("RLIMIT_MEMLOCK", 0),
        ("RLIMIT_MSGQUEUE", 0),
    ):
        resource.setrlimit(getattr(resource, name), (value, value))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_seconds"], limits["cpu_seconds"] + 1))


def lay_out(files: dict[str, bytes]) -> None:
    """Write the given files into the working folder."""
    for path, content in files.items():
        folder = os.path.dirname(path)
        if folder:
            os.makedirs(folder, exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)


def tell(descriptor: int, said: dict[str, Any]) -> None:
    """Hand back plain data and close the line."""
    data = json.dumps(said).encode()
    with open(descriptor, "wb") as line:
        line.write(data)


class _Encoder:
    """A value as a tree of tagged plain data; what has no such form is named by its type."""

    def __init__(self) -> None:
        self.left = _MOST_NODES

    def tree(self, value: Any, depth: int = 0) -> list[Any]:
        self.left -= 1
        if depth > _DEEPEST or self.left < 0:
            return ["o", "…"]
        for kind, tag in _SCALARS:
            if isinstance(value, kind):
                return [tag, self._scalar(tag, value)]
        if value is None:
            return ["n", None]
        for many, tag in _MANY:
            if isinstance(value, many):
                return [tag, [self.tree(item, depth + 1) for item in value]]
        if isinstance(value, dict):
            return ["d", [[self.tree(k, depth + 1), self.tree(v, depth + 1)] for k, v in value.items()]]
        return ["o", type(value).__name__[:80]]

    @staticmethod
    def _scalar(tag: str, value: Any) -> str | int:
        if tag == "b":
            return 1 if value else 0
        if tag == "i":
            return hex(value) if value.bit_length() > 4096 else int.__repr__(value)
        if tag == "f":
            return float.__repr__(value)
        if tag == "y":
            return str(value[:_LONGEST].hex())
        return str.__str__(value)[:_LONGEST].encode("utf-8", "replace").decode()


def account_of(error: BaseException, own: str) -> dict[str, Any]:
    """What is known about an exception: its type, its words and the learner's own line."""
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == own:
            line = trace.tb_lineno
        trace = trace.tb_next
    if isinstance(error, SyntaxError) and error.filename == own:
        line = error.lineno
    try:
        words = str(error)[:500]
    except Exception:
        words = ""
    bases = [base.__name__ for base in type(error).__mro__ if issubclass(base, BaseException)]
    return {"type": type(error).__name__, "bases": bases, "message": words.encode("utf-8", "replace").decode(), "line": line}


def run_python(order: dict[str, Any]) -> dict[str, Any]:
    """Load the learner's file; for a call, call the function; say what came of it."""
    import types

    own, called = order["file"], order.get("call")
    vars(builtins).update(exit=sys.exit, quit=sys.exit)  # what -S leaves out and beginners know
    module = types.ModuleType("__main__" if called is None else own.removesuffix(".py").replace("/", "."))
    module.__file__ = own
    sys.modules[module.__name__] = module
    sys.path.insert(0, os.getcwd())
    stage = "load"
    try:
        with open(own, encoding="utf-8") as file:
            code = builtins.compile(file.read(), own, "exec", dont_inherit=True)
        exec(code, module.__dict__)  # the learner's program: this is what the room is for
        if called is None:
            return {"ended": 0}
        stage = "call"
        function = getattr(module, called, None)
        if not callable(function):
            return {"missing": called}
        return {"value": _Encoder().tree(function(*order["args"]))}
    except SystemExit as leaving:
        return {"ended": leaving.code if isinstance(leaving.code, int) else 0, "stage": stage}
    except BaseException as error:
        return {"raised": account_of(error, own), "stage": stage}


def run_shell(order: dict[str, Any], result: int) -> None:
    """Run the learner's script, end what it left running, and hand back the files it made."""
    with open(os.path.join(os.environ["HOME"], ".gitconfig"), "w") as config:
        config.write("[user]\n\tname = Learner\n\temail = learner@example.invalid\n[init]\n\tdefaultBranch = main\n")
    code = _wait_for(["sh", order["file"]], dict(os.environ))
    _end_the_rest()
    tell_with_files(result, {"ended": code}, order["limits"]["disk_mib"] * _MEBI if order["keep"] else 0)


def run_check(order: dict[str, Any]) -> NoReturn:
    """Look at the files a script made with a command of the author's; the learner's settings have no say."""
    unpack(order["made"])
    disarm_repositories()
    os.execv("/usr/bin/sh", ["sh", "-c", order["check"]])


def unpack(made: bytes) -> None:
    """Lay out a tar here: folders and files first, links last, so that nothing is written through a link."""
    import io
    import tarfile

    with tarfile.open(fileobj=io.BytesIO(made)) as tar:
        inside = [m for m in tar if not m.name.startswith("/") and ".." not in m.name.split("/")]
        for member in inside:
            if member.isdir():
                os.makedirs(member.name, exist_ok=True)
        for member in inside:
            if member.isreg() or member.islnk():
                content = tar.extractfile(member)
                with open(member.name, "wb") as file:
                    file.write(content.read() if content else b"")
                os.chmod(member.name, 0o755 if member.mode & 0o100 else 0o644)
                os.utime(member.name, (member.mtime, member.mtime))
        for member in inside:
            if member.issym():
                os.symlink(member.linkname, member.name)


_HARMLESS = (
    "core.repositoryformatversion", "core.filemode", "core.bare", "core.logallrefupdates", "core.ignorecase",
    "core.symlinks", "core.precomposeunicode", "extensions.objectformat", "init.defaultbranch", "pull.rebase",
    "push.default", "rerere.enabled", "merge.conflictstyle", "color.ui",
)  # fmt: skip
_HARMLESS_SECTIONS = ("user.", "branch.", "alias.", "author.", "committer.")


def disarm_repositories() -> None:
    """Rewrite every repository's settings with those only that can start no program."""
    for folder, _folders, names in os.walk("."):
        if not {"HEAD", "objects", "refs", "commondir"} & {*names, *_folders}:
            continue
        for name in ("config", "config.worktree"):
            path = os.path.join(folder, name)
            if os.path.lexists(path):
                kept = _harmless_settings(path)
                if os.path.isdir(path) and not os.path.islink(path):
                    continue
                os.unlink(path)
                for key, value in kept:
                    _git_config(path, key, value)
                if not kept:
                    open(path, "w").close()


def _harmless_settings(path: str) -> list[tuple[str, str]]:
    import subprocess

    listed = subprocess.run(
        ["git", "config", "--file", path, "--no-includes", "--list", "-z"], capture_output=True, check=False
    ).stdout.decode("utf-8", "replace")
    kept = []
    for entry in listed.split("\0"):
        key, _newline, value = entry.partition("\n")
        if (
            key in _HARMLESS
            or key.startswith(_HARMLESS_SECTIONS)
            or (key.startswith("remote.") and key.endswith((".url", ".fetch")))
        ):
            kept.append((key, value))
    return kept


def _git_config(path: str, key: str, value: str) -> None:
    section, name = key.rsplit(".", 1)
    section, dot, rest = section.partition(".")
    quoted = rest.replace("\\", "\\\\").replace('"', '\\"')
    title = f'[{section} "{quoted}"]' if dot else f"[{section}]"
    value = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    with open(path, "a") as config:
        config.write(f'{title}\n\t{name} = "{value}"\n')


def _wait_for(command: list[str], env: dict[str, str]) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            os.execvpe(command[0], command, env)
        finally:
            os._exit(127)
    _pid, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def _end_the_rest() -> None:
    """End every other process of this room: they may not change the files while we read them."""
    me = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        os.kill(-1, signal.SIGKILL)
    except ProcessLookupError:
        pass
    signal.signal(signal.SIGTERM, me)


def tell_with_files(result: int, said: dict[str, Any], most: int) -> None:
    """Hand back one line of plain data and then the working folder as a tar, when `most` bytes allow it."""
    import io
    import tarfile

    packed, left = io.BytesIO(), [most]

    def small_and_plain(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
        left[0] -= member.size + 512
        if left[0] < 0:
            raise OverflowError
        return member if member.isreg() or member.isdir() or member.issym() or member.islnk() else None

    if most:
        try:
            with tarfile.open(fileobj=packed, mode="w") as tar:
                tar.add(".", filter=small_and_plain)
        except OverflowError:
            said["limit"], packed = "disk", io.BytesIO()
    with open(result, "wb") as line:
        line.write(json.dumps(said).encode() + b"\n" + packed.getvalue())


def main() -> None:
    """Read the order, take on the limits, do it."""
    order_fd, result_fd = int(sys.argv[1]), int(sys.argv[2])
    sys.argv[:] = [""]
    with open(order_fd, "rb") as line:
        order = marshal.load(line)  # written by us, into a descriptor only we hold
    os.closerange(3, result_fd)  # nothing else that the way in left open
    os.closerange(result_fd + 1, 1024)
    limit(order["limits"])
    lay_out(order["files"])
    if order["kind"] == "python":
        sys.argv[:] = [order["file"]]
        said = run_python(order)
        try:
            sys.stdout.flush()
        except Exception:
            said.setdefault("unflushed", True)
        tell(result_fd, said)
        os._exit(0)  # no second chance for what the learner's program left behind
    elif order["kind"] == "shell":
        run_shell(order, result_fd)
    else:
        os.close(result_fd)
        run_check(order)


main()
