"""The cast appears, signs in, and has the roles their names promise."""

from .cast import sign_in


def test_the_cast_has_the_roles_their_names_promise(cast):
    assert cast.acting(cast.stan).staff_roles == {"catalogue", "finance", "support"}
    assert cast.acting(cast.pia).rights == {"sells"}
    assert cast.acting(cast.pia).has_role("owner")
    assert cast.acting(cast.ada).organisation is None


def test_a_member_of_the_cast_signs_in_at_once(client, cast):
    assert client.get("/house/jobs").status_code == 303
    assert sign_in(client, cast.stan).get("/house/jobs").status_code == 200
