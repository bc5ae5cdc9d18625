"""What is asked of one database only."""

from tests.conftest import DATABASE

collect_ignore = [] if DATABASE == "postgresql" else ["test_connections.py"]  # SQLite is a file, not a server
