"""Routing: which message goes where, and why (the deciding itself is dbt's: `routing_log`)."""

from social.routing.explain import Change, Explanation, NothingKnownError, explain, replay

__all__ = ["Change", "Explanation", "NothingKnownError", "explain", "replay"]
