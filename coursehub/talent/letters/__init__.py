"""The letters of talent, split by noun: short, plain, one link each."""

from coursehub.talent.letters import consent, profiles

__all__ = ["consent", "profiles"]
