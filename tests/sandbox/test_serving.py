"""The sandbox as the command line starts it: a process that remembers over a restart and ends when asked to."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.sandbox.rig import client_for

START = "from coursehub.sandbox import serving; from pathlib import Path; import sys; serving.serve(port=int(sys.argv[1]), state=Path(sys.argv[2]), webhook_url='http://127.0.0.1:9/hook', webhook_secret='whsec_x')"


def started(port: int, state: Path) -> subprocess.Popen[bytes]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen([sys.executable, "-c", START, str(port), str(state)], env=env)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1) as answer:
                assert b"SANDBOX" in answer.read()
                return process
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise AssertionError("the sandbox did not start")


def test_it_starts_remembers_and_stops(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    first = started(port, tmp_path / "state.sqlite3")
    customer = client_for(f"http://127.0.0.1:{port}").v1.customers.create(params={"email": "ada@example.com"}).id
    first.send_signal(signal.SIGTERM)
    assert first.wait(15) == 0
    second = started(port, tmp_path / "state.sqlite3")
    client = client_for(f"http://127.0.0.1:{port}")
    assert client.v1.customers.retrieve(customer).email == "ada@example.com"
    assert len(client.v1.webhook_endpoints.list().data) == 1, "said again at each start, it stays one endpoint"
    second.send_signal(signal.SIGTERM)
    assert second.wait(15) == 0
