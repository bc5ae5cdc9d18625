"""Calendar files as RFC 5545 has them: lines folded at 75 octets, text escaped, every change with a higher SEQUENCE.

No database, no clock. A cancelled meeting stays in the file with STATUS:CANCELLED, so that calendars take it out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LONGEST_LINE = 75
"""Octets in a line, its end not counted (RFC 5545, 3.1)."""


@dataclass(frozen=True)
class Meeting:
    """One meeting. uid never changes; sequence grows with every change; changed_at is when it was last changed."""

    uid: str
    sequence: int
    changed_at: datetime
    starts_at: datetime | None
    minutes: int
    title: str
    place: str = ""
    words: str = ""
    address: str = ""
    cancelled: bool = False


def calendar(meetings: Iterable[Meeting], *, name: str, method: str = "PUBLISH") -> str:
    """A calendar with these meetings; those without a time are left out unless they were cancelled.

    method: PUBLISH for a feed or a file, CANCEL for a file about one meeting that is off.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//coursehub//interviews//EN", "CALSCALE:GREGORIAN", f"METHOD:{method}"]
    lines.append(f"X-WR-CALNAME:{escaped(name)}")
    for meeting in meetings:
        lines += _event(meeting)
    lines.append("END:VCALENDAR")
    return "".join(folded(line) + "\r\n" for line in lines)


def _event(meeting: Meeting) -> list[str]:
    starts_at = meeting.starts_at or meeting.changed_at
    lines = [
        "BEGIN:VEVENT",
        f"UID:{meeting.uid}",
        f"SEQUENCE:{meeting.sequence}",
        f"DTSTAMP:{_moment(meeting.changed_at)}",
        f"DTSTART:{_moment(starts_at)}",
        f"DTEND:{_moment(starts_at + timedelta(minutes=meeting.minutes))}",
        f"SUMMARY:{escaped(meeting.title)}",
        f"STATUS:{'CANCELLED' if meeting.cancelled else 'CONFIRMED'}",
    ]
    if meeting.place:
        lines.append(f"LOCATION:{escaped(meeting.place)}")
    if meeting.words:
        lines.append(f"DESCRIPTION:{escaped(meeting.words)}")
    if meeting.address:
        lines.append(f"URL:{meeting.address}")
    return [*lines, "END:VEVENT"]


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def escaped(text: str) -> str:
    """Text as a value of a property (RFC 5545, 3.3.11); other control characters go."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    for plain_mark, mark in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        plain = plain.replace(plain_mark, mark)
    return "".join(c for c in plain if ord(c) >= 32 or c == "\t")


def folded(line: str) -> str:
    """A line in pieces of at most 75 octets, never cut inside a character; each next piece begins with a space."""
    pieces, piece, size = [], "", 0
    for char in line:
        octets = len(char.encode())
        if size + octets > LONGEST_LINE:
            pieces.append(piece)
            piece, size = "", 1  # the space that marks the fold counts
        piece, size = piece + char, size + octets
    return "\r\n ".join([*pieces, piece])
