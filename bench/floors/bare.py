"""A bare Flask page: what the server and the framework cost before anything is done. No statement."""

from flask import Flask, Response

app = Flask(__name__)


@app.get("/")
def hello() -> Response:
    """A few bytes."""
    return Response("hello\n", content_type="text/plain", headers={"X-Statements": "0"})
