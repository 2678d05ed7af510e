"""Accounts, statuses and notifications in the words of Mastodon's own API."""

import html
from datetime import UTC, datetime
from typing import Any

INSTANCE = "social.example"
Wire = dict[str, Any]


def stamp(moment: datetime) -> str:
    """An instant as Mastodon writes it: UTC with milliseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


class Network:
    """One instance's data; ids are snowflakes, so that they sort by time as the real ones do."""

    def __init__(self) -> None:
        self.accounts: list[Wire] = []
        self.statuses: list[Wire] = []
        self.notifications: list[Wire] = []
        self.following: dict[str, list[str]] = {}
        self._taken: set[int] = set()

    def snowflake(self, moment: datetime) -> str:
        """The next free id of that millisecond."""
        number = int(moment.timestamp() * 1000) << 16
        while number in self._taken:
            number += 1
        self._taken.add(number)
        return str(number)

    def account(
        self,
        username: str,
        display_name: str,
        created: datetime,
        *,
        note: str = "",
        fields: dict[str, str] | None = None,
        followers: int = 0,
        bot: bool = False,
        domain: str = INSTANCE,
        moved: Wire | None = None,
    ) -> Wire:
        """Adds an account; `moved` is the account it now goes by."""
        url = f"https://{domain}/@{username}"
        picture = f"https://{domain}/avatars/{username}.png"
        made: Wire = {
            "id": self.snowflake(created),
            "username": username,
            "acct": username if domain == INSTANCE else f"{username}@{domain}",
            "display_name": display_name,
            "locked": False,
            "bot": bot,
            "discoverable": True,
            "indexable": True,
            "group": False,
            "created_at": stamp(created.replace(hour=0, minute=0, second=0)),
            "note": f"<p>{html.escape(note)}</p>" if note else "",
            "url": url,
            "uri": f"https://{domain}/users/{username}",
            "avatar": picture,
            "avatar_static": picture,
            "header": f"https://{domain}/headers/{username}.png",
            "header_static": f"https://{domain}/headers/{username}.png",
            "followers_count": followers,
            "following_count": followers // 2,
            "statuses_count": 0,
            "last_status_at": None,
            "emojis": [],
            "fields": [
                {"name": name, "value": _field(value), "verified_at": None}
                for name, value in (fields or {}).items()
            ],
        }
        if moved is not None:
            made["moved"] = moved
        self.accounts.append(made)
        return made

    def status(
        self,
        author: Wire,
        text: str,
        moment: datetime,
        *,
        parent: Wire | None = None,
        mentions: tuple[Wire, ...] = (),
        language: str | None = "en",
        visibility: str = "public",
        edited: datetime | None = None,
        likes: int = 0,
        shares: int = 0,
    ) -> Wire:
        """Adds a post or, with `parent`, a reply."""
        key = self.snowflake(moment)
        greeting = "".join(f"{_mention(account)} " for account in mentions)
        made: Wire = {
            "id": key,
            "created_at": stamp(moment),
            "in_reply_to_id": parent["id"] if parent else None,
            "in_reply_to_account_id": parent["account"]["id"] if parent else None,
            "sensitive": False,
            "spoiler_text": "",
            "visibility": visibility,
            "language": language,
            "uri": f"{author['uri']}/statuses/{key}",
            "url": f"{author['url']}/{key}",
            "replies_count": 0,
            "reblogs_count": shares,
            "favourites_count": likes,
            "edited_at": stamp(edited) if edited else None,
            "content": f"<p>{greeting}{html.escape(text, quote=False)}</p>",
            "reblog": None,
            "account": author,
            "media_attachments": [],
            "mentions": [
                {key: account[key] for key in ("id", "username", "url", "acct")}
                for account in mentions
            ],
            "tags": [_tag(word[1:]) for word in text.split() if word[:1] == "#" and len(word) > 1],
            "emojis": [],
            "card": None,
            "poll": None,
        }
        if parent:
            parent["replies_count"] += 1
        author["statuses_count"] += 1
        author["last_status_at"] = max(author["last_status_at"] or "", made["created_at"][:10])
        self.statuses.append(made)
        return made

    def notify(self, us: Wire) -> None:
        """Fills our account's notifications: one per mention of us."""
        ours = [s for s in self.statuses if any(m["id"] == us["id"] for m in s["mentions"])]
        for number, status in enumerate(sorted(ours, key=lambda s: int(s["id"])), start=1):
            self.notifications.append(
                {
                    "id": str(number),
                    "type": "mention",
                    "created_at": status["created_at"],
                    "group_key": f"ungrouped-{number}",
                    "account": status["account"],
                    "status": status,
                }
            )


def _mention(account: Wire) -> str:
    return (
        f'<span class="h-card" translate="no"><a href="{account["url"]}" class="u-url mention">'
        f"@<span>{account['username']}</span></a></span>"
    )


def _tag(word: str) -> Wire:
    return {"name": word.lower(), "url": f"https://{INSTANCE}/tags/{word.lower()}"}


def _field(value: str) -> str:
    if not value.startswith("https://"):
        return html.escape(value)
    shown = value.removeprefix("https://")
    return (
        f'<a href="{value}" target="_blank" rel="nofollow noopener me" translate="no">'
        f'<span class="invisible">https://</span><span class="">{shown}</span></a>'
    )
