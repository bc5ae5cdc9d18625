"""Verdicts on shell exercises, and what a repository prepared by a learner may not do."""

import os

import pytest

from coursehub.learning.grading.code import grade_code
from coursehub.learning.grading.isolation import isolation_available

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(
        not isolation_available() and os.environ.get("COURSEHUB_REQUIRE_ALL") != "1",
        reason="needs_isolation: no layer works on this machine",
    ),
]

COMMIT = {
    "language": "shell",
    "file": "solution.sh",
    "limits": {"cpu_seconds": 1, "wall_seconds": 5},
    "cases": [
        {"id": "log", "visible": True, "check": "git -C repo log --format=%s", "expect_stdout": "second\nfirst\n", "feedback": {"en": "Commit twice."}},
        {"id": "clean", "visible": False, "check": "git -C repo status --porcelain", "expect_stdout": ""},
    ],
}  # fmt: skip
RIGHT = """
git init -q repo && cd repo
echo one > a.txt; git add a.txt; git commit -qm first
echo two >> a.txt; git add a.txt; git commit -qm second
"""
ONE_COMMIT = "git init -q repo; cd repo; echo one > a.txt; git add a.txt; git commit -qm first\n"


def grade(source, exercise=COMMIT, **more):
    return grade_code({**exercise, **more}, {"solution.sh": source})


def check(source, command, expect_stdout):
    return grade(source, cases=[{"id": "c", "visible": True, "check": command, "expect_stdout": expect_stdout}]).cases[0]


def test_two_commits_pass():
    verdict = grade(RIGHT)
    assert verdict.passed, verdict


def test_one_commit_fails_with_the_authors_feedback():
    verdict = grade(ONE_COMMIT)
    assert not verdict.passed
    assert (verdict.cases[0].got, verdict.cases[0].feedback) == ("first", {"en": "Commit twice."})


def test_a_script_is_judged_by_its_output_too():
    case = {"id": "c", "visible": True, "stdin": "b\na\n", "expect_stdout": "a\nb\n"}
    assert grade("sort\n", cases=[case]).passed
    assert not grade("cat\n", cases=[case]).passed


def test_the_checks_work_on_copies_and_do_not_see_each_other():
    cases = [
        {"id": "a", "visible": True, "check": "echo spoiled > file; cat file", "expect_stdout": "spoiled"},
        {"id": "b", "visible": True, "check": "cat file", "expect_stdout": "mine"},
    ]
    assert grade("echo mine > file\n", cases=cases).passed


LIES = {
    "core.fsmonitor": "git config core.fsmonitor 'echo forged >&2; echo forged; true'",
    "a pager": "git config core.pager 'sh -c \"printf second; printf first\"'; git config pager.log 'echo second; echo first'",
    "an alias over log": "git config alias.log '!echo second; echo first'",
    "an external diff": "git config diff.external 'echo forged'",
    "a hook": "mkdir -p .git/hooks; for h in post-index-change reference-transaction post-checkout; do printf '#!/bin/sh\\necho forged\\n' > .git/hooks/$h; chmod +x .git/hooks/$h; done",
    "a hooks path": "git config core.hooksPath $PWD/h; mkdir h; printf '#!/bin/sh\\necho forged\\n' > h/post-index-change; chmod +x h/*",
    "an included file": "printf '[alias]\\n\\tlog = !echo forged\\n[core]\\n\\tfsmonitor = echo forged\\n' > /work/evil; git config include.path /work/evil",
    "a settings file behind a link": "printf '[core]\\n\\trepositoryformatversion = 0\\n\\tfsmonitor = echo forged\\n' > /work/evil; rm .git/config; ln -s /work/evil .git/config",
    "a filter driver": "git config filter.f.clean 'echo forged'; echo '* filter=f' > .gitattributes; touch -d 2001-01-01 a.txt",
    "a text conversion": "git config diff.t.textconv 'echo forged'; echo '* diff=t' > .gitattributes",
    "a home of its own": "printf '[alias]\\n\\tlog = !echo forged\\n' > /work/.gitconfig; printf '[core]\\n\\tfsmonitor = echo forged\\n' > /home/.gitconfig",
    "a program named git": "printf '#!/bin/sh\\necho forged\\n' > git; chmod +x git; cp git /work/git; export PATH=/work:$PATH",
    "a signature program": "git config log.showSignature true; git config gpg.program 'echo forged'",
    "settings with an odd name": "git config 'alias.x\"y' '!echo forged'; git config --file .git/config 'remote.a\\b.url' 'ext::echo forged'",
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
@pytest.mark.parametrize(
    "command",
    ["git -C repo log --format=%s", "git -C repo status --porcelain | grep forged", "git -C repo diff HEAD | grep forged"],
)
def test_a_prepared_repository_runs_nothing_of_the_learners(lie, command):
    seen = check(f"{ONE_COMMIT}\n{lie}\n", command, "-")
    assert seen.got in ("first", ""), seen


@pytest.mark.parametrize(
    ("lie", "command"),
    [("core.fsmonitor", "git status"), ("a filter driver", "git diff"), ("an external diff", "echo x >> a.txt; git diff")],
)
def test_the_same_lies_do_speak_where_nobody_disarms_them(lie, command):
    """A check that cannot fail proves nothing: in the learner's own room these settings run."""
    script = f"{ONE_COMMIT}\n{LIES[lie]}\n{command} 2>&1\n"
    case = {"id": "c", "visible": True, "stdin": "", "expect_stdout": ""}
    assert "forged" in grade(script, cases=[case]).cases[0].got


def test_a_check_may_still_read_harmless_settings():
    source = (
        ONE_COMMIT
        + "git config user.name 'Ada \"the\" first'; git config alias.st 'status -s'; git remote add origin https://example.invalid/x.git\n"
    )
    assert check(
        source,
        "git -C repo config user.name; git -C repo config alias.st; git -C repo remote -v | wc -l",
        'Ada "the" first\nstatus -s\n2',
    ).passed


def test_links_that_lead_outside_lead_nowhere():
    source = "ln -s / root; ln -s /etc/passwd p; ln -s ../../../etc/shadow s; ln -s /work/inside ok; echo in > inside; mkdir d; ln -s ../inside d/l\n"
    seen = check(source, "cat p s root/etc/passwd root/home/secret 2>/dev/null; cat d/l; ls", "")
    assert seen.got.splitlines()[0] == "in"


def test_special_files_and_hard_links_do_no_harm():
    assert check("mkfifo pipe; echo x > a; ln a b\n", "cat b; ls", "x\na\nb\nsolution.sh").passed


def test_what_a_script_leaves_running_does_not_touch_the_check():
    source = "echo good > file; (while true; do echo bad > file; done) &\nsleep 0.1; exit 0\n"
    assert check(source, "cat file > seen; sleep 0.2; cmp file seen && echo same", "same").passed


def test_a_script_that_never_ends_is_named():
    verdict = grade("while true; do :; done\n")
    assert [case.problem.code for case in verdict.cases] == ["limit:cpu", "limit:cpu"] or verdict.cases[
        0
    ].problem.code == "limit:wall"


def test_a_script_that_fills_the_disk_is_named():
    verdict = grade("i=0; while true; do head -c 4000000 /dev/zero > f$i || exit 1; i=$((i+1)); done\n")
    assert not verdict.passed


def test_a_script_sees_none_of_our_programs_or_secrets():
    seen = grade("env | sort; ls /; ls /home /usr/bin | grep -c python; command -v curl; command -v ssh; true\n",
                 cases=[{"id": "c", "visible": True, "stdin": "", "expect_stdout": ""}]).cases[0]  # fmt: skip
    assert "COURSEHUB" not in seen.got
    assert "curl" not in seen.got
    assert "root" not in seen.got.splitlines()
