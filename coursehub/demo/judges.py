"""Judging ahead: what learners will hand in is run beside the telling of the story, for real, the same work once."""

from concurrent.futures import Future, ThreadPoolExecutor

from flask import Flask

from coursehub.catalog.queries.content import StepView
from coursehub.learning.exercises import Judgement, judge


class Judges:
    """A few threads that each wait for one closed room at a time; as many as the installation has slots for grading."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._begun: dict[tuple[int, str], Future[Judgement]] = {}
        self._threads = ThreadPoolExecutor(app.extensions["coursehub_settings"].grading_slots)

    def begin(self, step: StepView, source: str) -> Future[Judgement]:
        """Start to judge a whole hand-in of a step; the future carries what `judge` says or raises."""
        key = (step.id, source)
        if key not in self._begun:
            self._begun[key] = self._threads.submit(self._judge, step, source)
        return self._begun[key]

    def _judge(self, step: StepView, source: str) -> Judgement:
        with self._app.app_context():
            return judge(step.definition, source=source, only_visible=False)

    def close(self) -> None:
        """Leave what has not begun, and wait for what has."""
        self._threads.shutdown(cancel_futures=True)
