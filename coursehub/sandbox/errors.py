"""Refusals of the payment service, in Stripe's error envelope."""

from typing import Any

API_VERSION = "2026-10-28.endive"


class ApiError(Exception):
    """An answer other than 2xx: type, code, parameter, message and status."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        decline_code: str | None = None,
        started: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.type = type
        self.code = code
        self.param = param
        self.decline_code = decline_code
        # An idempotency key keeps only answers of requests that began to work.
        self.started = started

    def envelope(self) -> dict[str, Any]:
        """The body of the answer."""
        error: dict[str, Any] = {"message": self.message, "type": self.type}
        if self.code:
            error["code"] = self.code
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
        if self.param:
            error["param"] = self.param
        if self.decline_code:
            error["decline_code"] = self.decline_code
        return {"error": error}


def missing(kind: str, id: str, param: str = "id") -> ApiError:
    """There is no such object."""
    return ApiError(404, f"No such {kind}: '{id}'", code="resource_missing", param=param)


def wanted(param: str) -> ApiError:
    """A required parameter was not sent."""
    return ApiError(400, f"Missing required param: {param}.", code="parameter_missing", param=param)


def unknown(params: list[str]) -> ApiError:
    """A parameter that this method does not know."""
    names = ", ".join(params)
    return ApiError(400, f"Received unknown parameters: {names}", code="parameter_unknown", param=params[0])
