"""The rooms that know something personal, the highest first: in this order they are exported and emptied; people comes last."""

from types import ModuleType

from coursehub.learning import personal as learning
from coursehub.people import personal as people
from coursehub.sales import personal as sales
from coursehub.talent import personal as talent

ABOVE_PEOPLE: dict[str, ModuleType] = {"talent": talent, "sales": sales, "learning": learning}
ROOMS: dict[str, ModuleType] = {**ABOVE_PEOPLE, "people": people}
