"""Files taken out of the pool, as the employer, staff and those who stood in them read of them."""

import sqlalchemy as sa

from coursehub.people.actor import Actor
from coursehub.talent.models import PoolExport, PoolExportPerson


def exports_visible_to(reader: Actor) -> "sa.Select[PoolExport]":
    """Those of the employer one acts for, the latest first; support staff read all."""
    found = sa.select(PoolExport).order_by(PoolExport.at.desc(), PoolExport.id.desc())
    if "support" in reader.staff_roles:
        return found
    return found.where(PoolExport.organisation_id == (reader.organisation_id or 0))


def exports_with(reader: Actor) -> "sa.Select[PoolExport]":
    """Those that the reader stood in, the latest first."""
    own = sa.select(PoolExportPerson.export_id).where(PoolExportPerson.person_id == reader.person_id)
    return sa.select(PoolExport).where(PoolExport.id.in_(own)).order_by(PoolExport.at.desc(), PoolExport.id.desc())
