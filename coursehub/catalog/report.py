"""What became of a package: one fate for every file, and what an author should look at.

Counts in equal counts out: `settle` gives every file exactly one fate, and `balanced`
says whether the sums agree.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

FATES = ("kept", "converted", "dropped")


@dataclass(frozen=True)
class FileFate:
    """One file of the package. reason: a word of ours, such as `asset`, `page`, `orphan`."""

    path: str
    fate: str
    reason: str


@dataclass(frozen=True)
class Remark:
    """Something to look at: where, which kind, and the author's own words about it."""

    page: str
    kind: str
    detail: str = ""


@dataclass
class Report:
    """Collected while a package is read; stored with the release as plain data."""

    files_in: int = 0
    fates: dict[str, FileFate] = field(default_factory=dict)
    stubs: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    broken_links: list[Remark] = field(default_factory=list)
    missing_alt: list[Remark] = field(default_factory=list)
    expected_errors: list[Remark] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    links: dict[str, int] = field(default_factory=lambda: {"inside": 0, "outside": 0, "broken": 0})
    made: dict[str, int] = field(default_factory=dict)
    """How many phases, lessons, steps and files the release holds."""

    def settle(self, path: str, fate: str, reason: str) -> None:
        """Give a file its fate; the first one stays."""
        if fate not in FATES:
            raise ValueError(fate)
        self.fates.setdefault(path, FileFate(path, fate, reason))

    def remark(self, page: str, kind: str, detail: str = "") -> None:
        """Note something to look at."""
        self.remarks.append(Remark(page, kind, detail))

    def count(self, fate: str) -> int:
        """How many files had this fate."""
        return sum(1 for known in self.fates.values() if known.fate == fate)

    @property
    def balanced(self) -> bool:
        """Whether every file that came in has gone out with one fate."""
        return self.files_in == len(self.fates) == sum(self.count(fate) for fate in FATES)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for storage and for `--json`."""
        return {
            "files_in": self.files_in,
            "counts": {fate: self.count(fate) for fate in FATES},
            "balanced": self.balanced,
            "made": self.made,
            "links": self.links,
            "stubs": self.stubs,
            "orphans": self.orphans,
            "broken_links": [asdict(one) for one in self.broken_links],
            "missing_alt": [asdict(one) for one in self.missing_alt],
            "expected_errors": [asdict(one) for one in self.expected_errors],
            "remarks": [asdict(one) for one in self.remarks],
            "fates": [asdict(one) for one in self.fates.values()],
        }
