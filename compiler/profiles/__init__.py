"""Profiles: where and how the jobs of a study run."""

from heldout.compiler.profiles.profile import Profile, ProfileError, known_profiles, load_profile

__all__ = ["Profile", "ProfileError", "known_profiles", "load_profile"]
