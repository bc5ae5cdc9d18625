"""The pages of talent: the learner's under /career, the employer's under /hire. Each noun has its own blueprint."""

from flask import Blueprint

blueprints: list[Blueprint] = []
