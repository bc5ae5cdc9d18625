"""Work for later: uploaded packages are read by the worker."""

from datetime import datetime

from coursehub import jobs
from coursehub.catalog import operations


@jobs.job("catalog.read_upload")
def read_upload(*, at: datetime, upload_id: int) -> None:
    """Read one uploaded package."""
    operations.read_upload(upload_id, at=at)
