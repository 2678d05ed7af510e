"""Tells teams that work waits, once per message and rung of its ladder, when it is not quiet.

A notice says which message, by which rule and until when; never what was written or by whom.
What was told is kept beside the packages, so that a rebuilt hub does not tell it again; a notice
that could not be sent is tried again the next time.
"""

import json
import os
import smtplib
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from itertools import groupby
from pathlib import Path
from typing import Any

from social.declared.models import Routing
from social.declared.settings import Email, Notices
from social.reading import Row, rows, theme_alarms

MOST = 20  # lines of a notice: a first look at a large hub should not be a flood
Send = Callable[[str, str, list[Row]], None]


@dataclass(frozen=True)
class Told:
    """What came of telling: notices that went out, and a sentence per one that did not."""

    sent: int
    failures: list[str]


def tell(
    snapshot: Path, landing: Path, routing: Routing, notices: Notices, now: datetime | None = None
) -> Told:
    """Sends what is due: work to its team, themes that left their past to the webhook.

    Args:
        snapshot: The published hub.
        landing: The landing zone, which remembers what was told.
        routing: The teams with their channels.
        notices: Where the channels lead, secrets looked up.
        now: The moment; by default that of the machine.

    Raises:
        NothingKnownError: Nothing is published yet.
    """
    ledger = landing / "_social/notices.jsonl"
    known, now = _known(ledger), now or datetime.now(UTC)
    loud = {rule.name for rule in routing.rules if rule.ignore_quiet_hours}
    sent, failures = 0, []
    for team, channel, found in due(snapshot, known, now):
        # a rung may be reached, and a late message loaded, while it is quiet
        quiet = team in routing.teams and routing.teams[team].is_quiet(now)
        items = [item for item in found if not quiet or item["rule"] in loud]
        if not items:
            continue
        send = _sender(channel, notices, routing.teams[team].email if team in routing.teams else [])
        if send is None:
            continue
        count = f"{len(items)} messages wait" if len(items) > 1 else "A message waits"
        subject = f"{count} for {team}" if team else "Themes left their own past"
        try:
            send(subject, _text(items), items)
        except Exception as error:  # a stranger's server: anything may come, and may quote secrets
            failures.append(f"{subject}: not sent by {channel} ({type(error).__name__})")
            continue
        _remember(ledger, [f"{channel}|{item['key']}" for item in items])
        sent += 1
    return Told(sent, failures)


def due(snapshot: Path, known: set[str], now: datetime) -> Iterable[tuple[str, str, list[Row]]]:
    """Team, channel and items not told yet; team is empty for themes."""
    found = rows(
        snapshot,
        f"""
        select team, unnest(notify_channels) as channel, source || ':' || interaction_id as message,
            rule, priority, intent, topic, due_at, addressee,
            escalated_to, item_id || '|' || interaction_id || '|' || escalation_level as key
        from marts.work_queue
        where notify_at <= timestamptz '{now.isoformat()}'
        order by team, channel, priority, due_at, message
        """,
    )
    for alarm in theme_alarms(snapshot)[:MOST]:
        about = " / ".join(str(alarm[name]) for name in ("topic", "product", "segment"))
        key = f"theme|{about}|{alarm['week']}"
        line = f"{about} is {alarm['trend']}: {alarm['messages']} in the week of {alarm['week']}"
        found.append({"team": "", "channel": "webhook", "theme": line, "key": key})
    fresh = [row for row in found if f"{row['channel']}|{row['key']}" not in known]
    for (team, channel), items in groupby(fresh, key=lambda row: (row["team"], row["channel"])):
        yield str(team), str(channel), list(items)


def _text(items: list[Row]) -> str:
    lines = [str(item.get("theme") or _line(item)) for item in items[:MOST]]
    if len(items) > MOST:
        lines.append(f"and {len(items) - MOST} more: see the board of support")
    return "\n".join(lines)


def _line(item: Row) -> str:
    due_at = f"{item['due_at']:%Y-%m-%d %H:%M} UTC"
    who = item["escalated_to"] or item["addressee"] or "the team"
    climbed = "escalated to" if item["escalated_to"] else "for"
    about = " about ".join(str(item[name]) for name in ("intent", "topic") if item[name])
    return f"{item['message']}: {item['rule']}, {climbed} {who}, due {due_at} ({about})"


def _sender(channel: str, notices: Notices, to: list[str]) -> Send | None:
    """How a channel is reached; None where hub.yaml does not say."""
    if channel == "webhook" and notices.webhook:
        return lambda subject, text, items: _post(str(notices.webhook), subject, text, items)
    mail = notices.email
    if channel == "email" and mail and (to or mail.to):
        return lambda subject, text, items: _mail(mail, to or mail.to, subject, text)
    return None


def _post(url: str, subject: str, text: str, items: list[Row]) -> None:
    import httpx

    body: dict[str, Any] = {"text": f"{subject}\n{text}", "items": items}
    headers = {"Content-Type": "application/json"}
    content = json.dumps(body, default=str)
    httpx.post(url, content=content, headers=headers, timeout=20.0).raise_for_status()


def _mail(mail: Email, to: list[str], subject: str, text: str) -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, mail.sender, ", ".join(to)
    message.set_content(text)
    with smtplib.SMTP(mail.host, mail.port, timeout=20.0) as server:
        if mail.starttls:
            server.starttls(context=ssl.create_default_context())
        if mail.user and mail.password:
            server.login(mail.user, mail.password)
        server.send_message(message)


def _known(ledger: Path) -> set[str]:
    # the last line may be torn by a crash: then that notice is sent again
    lines = ledger.read_text("utf-8").splitlines() if ledger.exists() else []
    return set(lines)


def _remember(ledger: Path, keys: list[str]) -> None:
    ledger.parent.mkdir(parents=True, exist_ok=True)
    with ledger.open("a", encoding="utf-8") as file:
        file.writelines(f"{key}\n" for key in keys)
        file.flush()
        os.fsync(file.fileno())
