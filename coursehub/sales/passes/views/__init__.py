"""The pages of passes: for everybody and those who have one, for the house, for partners."""

from coursehub.sales.passes.views import house, months, papers, studio, taking

blueprints = [taking.bp, house.bp, months.bp, studio.bp]

__all__ = ["blueprints", "papers"]
