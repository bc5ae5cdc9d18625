"""What every page needs: who asks and may they, safe headers, languages, and small answers."""

from coursehub.web.audiences import (
    ALLIANCE,
    EMPLOYER,
    HOUSE_OR_DEMO,
    MEMBER_OF,
    OUR_PAGES,
    PARTNER,
    PUBLIC,
    SIGNED_CALL,
    SIGNED_IN,
    STAFF,
    access,
    current_actor,
    signed_in_actor,
)
from coursehub.web.locale import current_locale, gettext_locale
from coursehub.web.pages import (
    Page,
    external_url,
    local_path,
    one_or_404,
    page,
    page_or_fragment,
    paginate,
    part_of,
    see_other,
)
from coursehub.web.tokens import read_token, sign_token

__all__ = [
    "ALLIANCE",
    "EMPLOYER",
    "HOUSE_OR_DEMO",
    "MEMBER_OF",
    "OUR_PAGES",
    "PARTNER",
    "PUBLIC",
    "SIGNED_CALL",
    "SIGNED_IN",
    "STAFF",
    "Page",
    "access",
    "current_actor",
    "current_locale",
    "external_url",
    "gettext_locale",
    "local_path",
    "one_or_404",
    "page",
    "page_or_fragment",
    "paginate",
    "part_of",
    "read_token",
    "see_other",
    "sign_token",
    "signed_in_actor",
]
