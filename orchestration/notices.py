"""Notices of work that waits: where hub.yaml's channels lead, with their secrets looked up."""

import os
from collections.abc import Mapping

from orchestration.hub_config import resolved
from orchestration.site import Site
from social.declared.settings import Notices
from social.routing.notices import Told, tell


def notify(site: Site, env: Mapping[str, str] = os.environ) -> Told:
    """Sends the notices that are due.

    Raises:
        NothingKnownError: Nothing is published yet.
        UnsetVariableError: A variable of `social.notices` is not set.
    """
    declared = site.declared
    told, _ = resolved(declared.settings.notices.model_dump(), env, "social.notices")
    notices = Notices.model_validate(told)
    return tell(site.home.published, site.home.landing, declared.routing, notices)
