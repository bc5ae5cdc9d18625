"""The learning room's tables as the database keeps them."""

import pytest
import sqlalchemy as sa
from flask import Flask

from coursehub.db import db


def test_the_database_itself_refuses_to_change_or_remove_evidence(app: Flask) -> None:
    names = sa.inspect(db.engine).get_table_names()
    assert "evidence" in names
    with pytest.raises(sa.exc.DBAPIError), db.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM evidence WHERE id = 1 OR 1 = 1"))
        connection.execute(sa.text("SELECT 1 FROM missing_table"))
