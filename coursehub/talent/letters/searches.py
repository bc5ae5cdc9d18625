"""The letter about a saved search: how many people are new, and no word about any of them."""

from datetime import datetime

from coursehub.people.queries import locale_of
from coursehub.talent.letters.writing import organisation_in, write
from coursehub.talent.models import SavedSearch
from coursehub.web.tokens import sign_token

STOP = "stop letters about a search"
"""What the token of such a link is for."""


def tell_of_new_people(search: SavedSearch, many: int, *, since: datetime, at: datetime) -> None:
    """One letter for each time that the search was gone through."""
    write(
        search.person_id, key=f"search:{search.public_id}:{since.isoformat()}", template="new_people", kind="hiring", at=at,
        many=many, title=search.title, search_id=search.public_id, token=sign_token(STOP, search.public_id),
        organisation=organisation_in(search.organisation_id, locale_of(search.person_id)),
    )  # fmt: skip
