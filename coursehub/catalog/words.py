"""The words of the catalogue's screens: states, findings, fates and what happened, for both languages."""

from typing import Any

from flask_babel import gettext as _

from coursehub.catalog.models import Release


def state_words(state: str) -> tuple[str, str]:
    """A release's state as a word, and the tone of its tag."""
    return {
        "draft": (_("Draft"), "plain"),
        "submitted": (_("Submitted"), "waits"),
        "in_review": (_("In review"), "waits"),
        "changes_requested": (_("Changes requested"), "harm"),
        "approved": (_("Approved"), "tide"),
        "listed": (_("Listed"), "done"),
        "retired": (_("Retired"), "plain"),
    }[state]


def next_step(release: Release) -> str:
    """Who must act, and how."""
    said: dict[str, str] = {
        "draft": _("Look through it, mend what the checks found, then submit it."),
        "submitted": _("The house will review it. You need do nothing."),
        "in_review": _("A reviewer is reading it. You need do nothing."),
        "changes_requested": _("Read the remarks, then begin a new draft from this release."),
        "approved": _("Agree terms, then the course can be listed."),
        "listed": _("Learners can enrol. Bring a new release whenever you have one."),
        "retired": _("No longer offered. Whoever is enrolled keeps it."),
    }
    return said[release.state]


def level_words() -> dict[str, str]:
    """Levels of a course."""
    return {"beginner": _("Beginner"), "intermediate": _("Intermediate"), "advanced": _("Advanced")}


def skill_level_words() -> dict[int, str]:
    """Levels of a skill, from 1 to 4."""
    return {1: _("knows it"), 2: _("can do it with help"), 3: _("can do it alone"), 4: _("can teach it")}


def language_words() -> dict[str, str]:
    """Languages by their own names."""
    return {"zh-CN": "中文", "en": "English"}


def kind_words() -> dict[str, str]:
    """Kinds of steps."""
    return {"text": _("Text"), "video": _("Video"), "quiz": _("Quiz"), "code": _("Exercise")}


def format_words(source_format: str) -> str:
    """Where a release came from."""
    said: dict[str, str] = {
        "coursehub-course/1": _("the house's course format"),
        "jupyter-book": _("Jupyter Book"),
        "carpentries": _("Carpentries lesson"),
    }
    return said.get(source_format, source_format)


def finding_words(finding: dict[str, Any]) -> str:
    """One finding of the automatic checks as a sentence."""
    detail = finding.get("detail") or ""
    language = language_words().get(detail, detail)
    said: dict[str, str] = {
        "licence": _("No licence is named. Say under which licence learners get the course."),
        "summary": _("There is no summary in %(language)s.", language=language),
        "outcomes": _("What people can do afterwards is not said in %(language)s.", language=language),
        "skills": _("No skill is named that the course teaches."),
        "ungraded_skill": _(
            "The skill %(skill)s is stated above the first level, but nothing in the course is graded."
            " Add a quiz or an exercise that must be passed, or state the first level.",
            skill=detail,
        ),
        "version_used": _("Version %(version)s was used by an earlier release.", version=detail),
        "notebook": _("The notebook %(name)s cannot be read.", name=detail),
        "stub": _("The page says next to nothing."),
        "missing_alt": _("The image %(name)s has no description for those who do not see it.", name=detail),
        "dead_link": _("A link or image leads nowhere: “%(words)s”.", words=detail),
        "missing_captions": _("The video has no captions in %(language)s.", language=language),
        "empty_captions": _("The captions in %(language)s are empty.", language=language),
        "similar": _("Much of the text is also in another course: %(course)s.", course=detail),
    }
    return said.get(finding["kind"], str(finding["kind"]))


def reason_words(reason: str) -> str:
    """Why a file got its fate."""
    said: dict[str, str] = {
        "asset": _("file"),
        "code": _("code"),
        "course_facts": _("facts of the course"),
        "data": _("data for learners"),
        "file": _("file that a page links to"),
        "for_teachers": _("meant for teachers"),
        "image": _("image"),
        "not_used": _("no page uses it"),
        "notebook": _("notebook"),
        "orphan": _("not in the table of contents"),
        "page": _("page"),
        "reference": _("reference solution"),
        "repository": _("belongs to the repository, not to the course"),
        "starter": _("starter file"),
        "step": _("step"),
        "title_only": _("became a heading"),
        "unknown_type": _("this type of page is not supported"),
        "unreadable_notebook": _("the notebook cannot be read"),
        "wrong_answer": _("typical wrong answer"),
    }
    return said.get(reason, reason)


def remark_words(remark: dict[str, Any]) -> str:
    """One remark of the importer as a sentence."""
    detail = remark.get("detail") or ""
    said: dict[str, str] = {
        "box": _("Kept as a box: %(detail)s", detail=detail),
        "unknown_box": _("A box of an unknown kind became a note: %(detail)s", detail=detail),
        "unclosed_box": _("A box is never closed; it was closed at the end of the page."),
        "teacher_notes": _("Notes for teachers were left out: %(detail)s", detail=detail),
        "for_teachers": _("The page is meant for teachers and was left out."),
        "missing_page": _("The table of contents names a page that is not there: %(detail)s", detail=detail),
        "page_twice": _("The table of contents names a page twice: %(detail)s", detail=detail),
        "outside_link": _("An entry that leads to another site was left out: %(detail)s", detail=detail),
        "too_deep": _("Nested too deep; shown as plain text: %(detail)s", detail=detail),
        "unknown_type": _("This type of page is not supported: %(detail)s", detail=detail),
        "unreadable_notebook": _("The notebook cannot be read."),
        "unknown_role": _("An unknown role became code: %(detail)s", detail=detail),
        "unknown_directive": _("An unknown directive lost its frame, not its text: %(detail)s", detail=detail),
        "formula": _("A formula could not be set: %(detail)s", detail=detail),
        "removed_html": _("HTML that could run was taken out: %(detail)s", detail=detail),
        "outside_image": _("An image from another site is not loaded: %(detail)s", detail=detail),
        "missing_language": _("The text is missing in %(detail)s; the original is shown instead.", detail=detail),
        "unknown_skill": _("The skill graph has no “%(detail)s”.", detail=detail),
    }
    return said.get(remark["kind"], str(remark["kind"]))


def event_words(what: str) -> str:
    """One line of a release's history."""
    said: dict[str, str] = {
        "imported": _("Brought in as a draft"),
        "quiz_added": _("A quiz was added"),
        "question_added": _("A question was added"),
        "question_dropped": _("A question was taken out"),
        "quiz_dropped": _("A quiz was taken out"),
        "revised": _("Begun from an earlier release"),
        "facts_set": _("Facts of the course changed"),
        "previews_set": _("Free lessons chosen"),
        "makers_named": _("Makers of the modules named"),
        "submitted": _("Submitted"),
        "withdrawn": _("Withdrawn by its authors"),
        "in_review": _("Review begun"),
        "changes_requested": _("Changes requested"),
        "approved": _("Approved"),
        "listed": _("Listed"),
        "superseded": _("Replaced by a newer release"),
        "retired": _("Retired"),
    }
    return said.get(what, what)
