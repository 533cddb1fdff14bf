"""Judges records as they come: per case a set of consistent states, and what can still become of it."""
