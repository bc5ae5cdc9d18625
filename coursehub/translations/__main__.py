"""`python -m coursehub.translations check|missing [ROOM …]`."""

import sys

from coursehub.translations.catalogues import problems, rooms, translated, used_by
from coursehub.web.locale import CATALOGUES


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _missing(room: str) -> None:
    have = {m for file in CATALOGUES.glob("*.po") for m in translated(file)}
    for message in sorted(used_by(room) - have, key=str):
        if isinstance(message, tuple):
            print(f'msgid {_quoted(message[0])}\nmsgid_plural {_quoted(message[1])}\nmsgstr[0] ""\n')  # noqa: T201
        else:
            print(f'msgid {_quoted(message)}\nmsgstr ""\n')  # noqa: T201


def main(arguments: list[str]) -> int:
    """Run the command; 1 when a catalogue is not complete, 2 when the call is not understood."""
    if not arguments or arguments[0] not in ("check", "missing"):
        print("usage: python -m coursehub.translations check|missing [ROOM ...]", file=sys.stderr)  # noqa: T201
        return 2
    chosen = arguments[1:] or rooms()
    if arguments[0] == "missing":
        for room in chosen:
            _missing(room)
        return 0
    lines = [line for room in chosen for line in problems(room)]
    print("\n".join(lines) if lines else "Both languages are complete.")  # noqa: T201
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
