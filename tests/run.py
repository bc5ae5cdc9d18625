"""`make test`: the suite on SQLite with the browser, then once more on PostgreSQL."""

import os
import subprocess
import sys
import time


def run(title: str, database: str, *arguments: str) -> int:
    """Run pytest once against one database."""
    started = time.monotonic()
    print(f"== {title}", flush=True)
    env = {**os.environ, "COURSEHUB_TEST_DATABASE": database}
    code = subprocess.run([sys.executable, "-m", "pytest", "-q", *arguments], env=env, check=False).returncode
    print(f"== {title}: {time.monotonic() - started:.0f} s", flush=True)
    return code


def main() -> int:
    """Both runs are made even if the first fails, so that one look shows everything."""
    chosen = sys.argv[1:]
    codes = [
        run("SQLite and browser", "sqlite", *chosen),
        run("PostgreSQL", "postgresql", "-m", "not browser", "--ignore=tests/demo", *chosen),
    ]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
