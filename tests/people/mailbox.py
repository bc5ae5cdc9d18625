"""Reading the letters that were written in a test."""

import re

import sqlalchemy as sa

from coursehub import clock, jobs
from coursehub.db import db
from coursehub.mail import Letter


def letters_to(email: str) -> list[Letter]:
    """All letters to one address, oldest first, after the worker has had its turn."""
    jobs.run_due(at=clock.now(), strict=True)
    return list(db.session.execute(sa.select(Letter).where(Letter.to == email).order_by(Letter.id)).scalars())


def links_in(letter: Letter) -> list[str]:
    """The addresses in a letter, as paths on our site."""
    return re.findall(r"https://localhost(/\S*)", letter.body)


def link_to(email: str) -> str:
    """The one link of the newest letter to an address."""
    (link,) = links_in(letters_to(email)[-1])
    return link
