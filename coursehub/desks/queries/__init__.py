"""What the desks ask of the rooms, one module for each desk."""

from coursehub.desks.queries.front import Front, front

__all__ = ["Front", "front"]
