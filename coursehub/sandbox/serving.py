"""The sandbox as a process on 127.0.0.1, beside the server."""

import signal
from pathlib import Path
from types import FrameType

from werkzeug.serving import WSGIRequestHandler, make_server

from coursehub.sandbox.app import connect_webhook, create_sandbox, store_of
from coursehub.sandbox.delivery import Courier


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing of requests; what fails is seen in the answers."""


def serve(
    *,
    port: int,
    state: Path,
    webhook_url: str,
    webhook_secret: str,
    public_url: str | None = None,
    with_control: bool = False,
) -> None:
    """Serve until told to stop.

    state: the SQLite file that keeps what was paid. webhook_url: where events are
    sent, on this machine. public_url: where browsers reach the pay page.
    """
    app = create_sandbox(state, public_url=public_url or f"http://localhost:{port}", with_control=with_control)
    store = store_of(app)
    connect_webhook(store, url=webhook_url, secret=webhook_secret)
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
    courier = Courier(store)
    courier.start()

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        server.serve_forever(poll_interval=0.2)
    except KeyboardInterrupt:
        pass
    finally:
        courier.stop()
        server.server_close()
        store.close()
