"""Makes the captioned film of the first lesson from our own screens, recorded on a demo.

    COURSEHUB_DEMO=1 COURSEHUB_INSTANCE=FOLDER python -m coursehub.cli demo
    COURSEHUB_DEMO=1 COURSEHUB_INSTANCE=FOLDER python -m tests.make_video

A new learner enrols, reads, answers a quiz wrongly and then rightly, writes the exercise
and looks at the evidence; the last scene is a credential of the demo. Every picture is a
screenshot; captions and transcripts are written from the same words. Needs Chromium and
the ffmpeg of imageio-ffmpeg. The screens are Chinese, the captions speak both languages.
"""

import secrets
import shutil
import subprocess
import tempfile
import threading
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import sqlalchemy as sa
from playwright.sync_api import Locator, Page, sync_playwright
from werkzeug.serving import make_server

from coursehub import clock, jobs
from coursehub.app import create_app
from coursehub.catalog.models import Course, Release
from coursehub.catalog.queries import course_by_slug, current_release
from coursehub.db import db, transaction
from coursehub.learning.credentials.models import Credential
from coursehub.learning.operations import enrol
from coursehub.people import passwords
from coursehub.people.operations.persons import accept_texts, add_person

SLUG = "programming-with-python"
COURSE = Path(__file__).parent.parent / "courses" / SLUG
OUT = COURSE / "steps" / "l01-video"
SIZE = {"width": 1280, "height": 720}
RATE = 25
TITLES = {"zh-CN": "这门课怎样学", "en": "How this course works"}
RING = "outline: 3px solid #c8862a; outline-offset: 3px; border-radius: 3px;"


@dataclass
class Film:
    """Pictures with their lengths, and what is said over them."""

    page: Page
    folder: Path
    shots: list[tuple[Path, float]] = field(default_factory=list)
    said: list[tuple[float, float, dict[str, str]]] = field(default_factory=list)

    @property
    def length(self) -> float:
        """Seconds so far."""
        return sum(seconds for _path, seconds in self.shots)

    def hold(self, seconds: float) -> None:
        """Look at the page as it is."""
        path = self.folder / f"{len(self.shots):05}.png"
        self.page.screenshot(path=path)
        self.shots.append((path, round(seconds * RATE) / RATE))

    def say(self, begin: float, chinese: str, english: str) -> None:
        """A caption from `begin` until now."""
        self.said.append((begin, self.length, {"zh-CN": chinese, "en": english}))

    def scroll(self, target: Locator, *, seconds: float = 1.2) -> None:
        """Move the page until the target stands in its upper third."""
        here = self.page.evaluate("scrollY")
        there = max(0, here + target.evaluate("e => e.getBoundingClientRect().top") - 150)
        frames = round(seconds * RATE)
        for n in range(1, frames + 1):
            part = n / frames
            eased = part * part * (3 - 2 * part)
            self.page.evaluate("y => scrollTo({top: y, behavior: 'instant'})", here + (there - here) * eased)
            self.hold(1 / RATE)

    def ring(self, target: Locator, seconds: float = 1.0) -> None:
        """Point at something for a moment."""
        target.evaluate("(e, style) => { e.dataset.kept = e.style.cssText; e.style.cssText += style }", RING)
        self.hold(seconds)
        target.evaluate("e => { e.style.cssText = e.dataset.kept }")


def a_new_learner() -> tuple[str, str, str]:
    """Address and password of somebody new, and their enrolment in the course."""
    at, password = clock.now(), secrets.token_urlsafe(16)
    course = course_by_slug(SLUG)
    release = current_release(course.id) if course else None
    if release is None:
        raise SystemExit(f"{SLUG} is not listed here; build a demo first.")
    email = f"recording-{secrets.token_hex(4)}@example.org"
    with transaction():
        person = add_person(
            display_name="小满",
            email=email,
            password_hash=passwords.hash_password(password),
            locale="zh-CN",
            birth_on=None,
            at=at,
        )
        person.confirmed_at = at
        accept_texts(person, locale="zh-CN", at=at)
    return email, password, enrol(person_id=person.id, release_id=release.id, at=at).public_id


def a_credential() -> str:
    """A credential for this very course that counts."""
    found = db.session.execute(
        sa.select(Credential.public_id)
        .join(Release, Release.id == Credential.release_id)
        .join(Course, Course.id == Release.course_id)
        .where(Course.slug == SLUG, Credential.revoked_at.is_(None))
        .order_by(Credential.issued_at)
        .limit(1)
    ).scalar_one_or_none()
    if found is None:
        raise SystemExit("Nobody holds a credential here; build a demo first.")
    return found


def opening(film: Film, address: str) -> None:
    """The page of the course."""
    film.page.goto(f"{address}/courses/{SLUG}")
    begin = film.length
    film.hold(4.5)
    film.say(
        begin,
        "这段短片不到一分半，带您走一遍这门课：读、答、写、证。",
        "In under a minute and a half: how you read, answer, write and prove things here.",
    )
    begin = film.length
    film.scroll(film.page.locator(".curriculum").first)
    film.hold(3)
    film.say(
        begin,
        "十二课，每课一篇文字、一份测验、一道要真正运行的练习。",
        "Twelve lessons. Each has a text, a quiz and an exercise that is really run.",
    )


def reading(film: Film, lesson: str) -> None:
    """The text of the first lesson."""
    page = film.page
    page.goto(f"{lesson}/l01-read")
    begin = film.length
    film.hold(4)
    film.say(
        begin, "左边是目录和进度，右边只有文字。", "On the left the outline and your progress. On the right nothing but the text."
    )
    begin = film.length
    film.scroll(page.locator(".highlight").first)
    film.hold(3.5)
    film.say(
        begin,
        "例子都真正运行过，下面就是它打印的结果。照着敲一遍，比读三遍有用。",
        "Every example was run; below it is what it printed. Typing it once beats reading it thrice.",
    )
    begin = film.length
    film.scroll(page.locator(".lesson__acceptance"))
    film.hold(3)
    film.say(
        begin, "每一步的末尾写着：怎样算完成，由谁检查。", "Each step ends by saying what counts as done, and who checks it."
    )


def answering(film: Film, lesson: str) -> None:
    """The quiz: one mistake, what it says about it, then all right."""
    page = film.page
    page.goto(f"{lesson}/l01-quiz")
    begin = film.length
    film.scroll(page.locator("form.quiz"), seconds=0.8)
    number = page.locator("#q-order")
    number.fill("20")
    film.ring(number, 3.5)
    film.say(
        begin,
        "测验。第一题我们故意答错：从左往右算，得到20。",
        "The quiz. We get the first one wrong on purpose: going from left to right gives 20.",
    )
    for question in tomllib.loads((COURSE / "steps" / "l01-quiz" / "step.toml").read_text(encoding="utf-8"))["questions"][1:]:
        answer_rightly(page, question)
    page.locator("form.quiz button[type=submit]").click()
    page.wait_for_load_state()
    begin = film.length
    film.scroll(page.locator("#question-order"), seconds=0.8)
    film.ring(page.locator("#question-order .feedback, #question-order .field__error").first, 4.5)
    film.say(
        begin,
        "答错不丢人。反馈说的是您错在哪里，而不只是“错”。",
        "A mistake is no shame. The feedback says where you went wrong, not just that you did.",
    )


def answer_rightly(page: Page, question: dict[str, Any]) -> None:
    """Give the right answer to a question of the package."""
    name = f"q-{question['id']}"
    if question["kind"] in ("single", "multiple"):
        for choice in question["choices"]:
            if choice.get("correct"):
                page.locator(f"input[name='{name}'][value='{choice['id']}']").check()
    elif question["kind"] == "ordering":
        for n, item in enumerate(question["items"], 1):
            page.locator(f"[name='{name}-{item['id']}']").select_option(str(n))
    else:
        page.locator(f"[name='{name}']").fill(str(question.get("answer") or question["accept"][0]))


def writing(film: Film, lesson: str) -> None:
    """The exercise: a typical mistake, its feedback, then the reference."""
    page, place = film.page, COURSE / "steps" / "l01-code"
    page.goto(f"{lesson}/l01-code")
    begin = film.length
    film.hold(3)
    film.say(begin, "练习。左边是任务，右边写代码。", "The exercise. The task on the left, your code on the right.")
    wrong = sorted((place / "wrong").glob("*.py"))[0].read_text(encoding="utf-8")
    begin = film.length
    type_in(film, wrong, seconds=4)
    hand_in(film)
    film.say(
        begin,
        "写完交上来，由我们在隔离的环境里运行，隐藏的用例也一并检查。",
        "Hand it in and we run it in isolation, hidden cases included.",
    )
    begin = film.length
    film.scroll(page.locator("#result"), seconds=0.8)
    film.hold(5)
    film.say(
        begin,
        "没通过的用例会告诉您先看哪里。一间房不够住，再想想。",
        "A case that fails tells you where to look first. One room is not enough; think again.",
    )
    begin = film.length
    type_in(film, (place / "reference" / "solution.py").read_text(encoding="utf-8"), seconds=3)
    hand_in(film)
    film.scroll(page.locator("#result"), seconds=0.8)
    film.hold(3.5)
    film.say(begin, "改好再交。全部通过，这一步就完成了。", "Mend it and hand it in again. All passed: this step is done.")


def type_in(film: Film, source: str, *, seconds: float) -> None:
    """Write into the editor in a dozen strokes."""
    film.page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    editor = film.page.locator(".cm-content:visible, #source:visible").first
    for n in range(1, 13):
        editor.fill(source[: len(source) * n // 12])
        film.hold(seconds / 12)


def hand_in(film: Film) -> None:
    """Press the button, let the worker judge, and look again."""
    button = film.page.locator("button[name=purpose][value=check]")
    film.ring(button, 0.8)
    button.click()
    film.page.wait_for_load_state()
    jobs.run_due(at=clock.now())
    film.page.goto(film.page.url.partition("#")[0])


def proving(film: Film, address: str, enrolment: str, credential: str) -> None:
    """The evidence of this enrolment, and the credential of somebody who finished."""
    page = film.page
    page.goto(f"{address}/enrolments/{enrolment}/evidence")
    begin = film.length
    film.hold(5)
    film.say(
        begin,
        "每次判定都留下一条证据：哪一步、结果如何、谁判的，前后相连，改不了。",
        "Every verdict leaves evidence: which step, what came of it, who graded it. Linked row to row, it cannot be changed.",
    )
    page.goto(f"{address}/credentials/{credential}")
    begin = film.length
    film.hold(5)
    film.say(begin, "学完全部课程，您会得到一份签名的学习凭证。", "Finish the course and you receive a signed credential.")
    begin = film.length
    film.scroll(page.locator("main h2").nth(1), seconds=1)
    film.hold(4)
    film.say(
        begin,
        "任何人都能验证它，不需要账户，也不必相信我们。开始第一课吧。",
        "Anyone can check it, without an account and without trusting us. Now begin lesson one.",
    )


def stamp(seconds: float) -> str:
    """A moment as WebVTT writes it."""
    whole, thousandth = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{thousandth:03}"


def write_words(film: Film) -> None:
    """Captions and transcripts of both languages."""
    for locale in TITLES:
        cues = [f"{stamp(begin)} --> {stamp(end)}\n{words[locale]}" for begin, end, words in film.said]
        (OUT / f"{locale}.vtt").write_text("WEBVTT\n\n" + "\n\n".join(cues) + "\n", encoding="utf-8")
        paragraphs = [words[locale] for _begin, _end, words in film.said]
        (OUT / f"{locale}.md").write_text("\n\n".join(paragraphs) + "\n", encoding="utf-8")


def write_film(film: Film) -> None:
    """The pictures as one H.264 file that begins to play before it is all there."""
    listing = film.folder / "shots.txt"
    lines = [f"file '{path}'\nduration {seconds}" for path, seconds in film.shots]
    listing.write_text("\n".join([*lines, f"file '{film.shots[-1][0]}'"]) + "\n")
    subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error", "-f", "concat", "-safe", "0", "-i", str(listing),
            "-vf", f"fps={RATE},format=yuv420p", "-c:v", "libx264", "-preset", "slow", "-crf", "25", "-tune", "stillimage",
            "-g", str(RATE * 10), "-movflags", "+faststart", "-an", str(OUT / "video.mp4"),
        ],
        check=True,
    )  # fmt: skip


def record(address: str, folder: Path) -> Film:
    """Play every scene in Chromium."""
    email, password, enrolment = a_new_learner()
    credential = a_credential()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context(viewport=SIZE, locale="zh-CN", bypass_csp=True, reduced_motion="reduce")
        context.add_cookies([{"name": n, "value": v, "url": address} for n, v in (("language", "zh-CN"), ("theme", "light"))])
        film = Film(context.new_page(), folder)
        film.page.goto(f"{address}/sign-in")
        film.page.fill("input[type=email]", email)
        film.page.fill("input[type=password]", password)
        film.page.locator("main form:has(input[type=password]) button[type=submit]").click()
        film.page.wait_for_load_state()
        lesson = f"{address}/learn/{enrolment}"
        opening(film, address)
        reading(film, lesson)
        answering(film, lesson)
        writing(film, lesson)
        proving(film, address, enrolment, credential)
        browser.close()
    return film


def main() -> None:
    """Record, then write film, captions, transcripts and poster beside the step."""
    app = create_app()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, app.app_context():
        film = record(f"http://localhost:{server.server_port}", Path(folder))
        write_words(film)
        write_film(film)
        shutil.copy(film.shots[0][0], OUT / "poster.png")
    server.shutdown()
    print(f"{film.length:.0f} s, {(OUT / 'video.mp4').stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
