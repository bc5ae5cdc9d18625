"""How many signatures make a proposal hold, and whether they can still come together. Arithmetic over names of sides."""

from collections.abc import Set
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quorum:
    """Who may sign, how many signatures are enough, and the house, whose must be among them (decision 59)."""

    signers: frozenset[str]
    enough: int
    house: str

    @property
    def is_fewer_than_all(self) -> bool:
        """Whether the sides agreed earlier to be bound by fewer signatures than all."""
        return self.enough < len(self.signers)

    def is_met(self, signed: Set[str]) -> bool:
        """Whether these signatures make the terms hold."""
        return self.house in signed and len(self.signers & signed) >= self.enough

    def can_be_met(self, *, without: Set[str]) -> bool:
        """Whether the others can still make them hold."""
        return self.is_met(self.signers - without)

    def may_counter(self, party: str, *, signed: Set[str], noes: Set[str]) -> bool:
        """Whether a counter-offer of this side may close the proposal, and with it the signatures of others.

        Where everybody must sign it always may: nothing holds without that side. Where fewer are enough it would be a veto
        of one, so it may not once others have signed, unless they cannot do without it; nor may who has signed themselves.
        """
        if not self.is_fewer_than_all or not signed - {party}:
            return True
        return party not in signed and not self.can_be_met(without=noes | {party})
