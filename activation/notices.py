"""Tell people that a brake holds or that rows fail, by webhook and e-mail; nothing personal."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage

import msgspec

from activation.engine import Report


@dataclass(frozen=True)
class Mail:
    """An SMTP account and who is written to."""

    host: str
    port: int
    sender: str
    to: tuple[str, ...]
    user: str | None = None
    password: str | None = None
    starttls: bool = True


def words(report: Report) -> tuple[str, str]:
    """Return a notice's subject and text."""
    name = f"{report.destination}/{report.object}"
    if report.status == "held":
        number = report.plan.plan_id if report.plan else 0
        subject = f"Activation of {name} is held"
        lines = [f"Plan {number} of {name} waits for a person:", *(f"- {h}" for h in report.held)]
        lines += [f"Look: tessera activate {report.destination} --status"]
        lines += [f"Let it go: tessera activate {report.destination} --release"]
    else:
        subject = f"Activation of {name}: {report.failed} rows failed"
        lines = [f"{count} {what}" for what, count in sorted(report.counts.items())]
        lines += [f"See: tessera activate {report.destination} --status", report.message]
    return subject, "\n".join(line for line in lines if line)


def by_webhook(url: str, report: Report, timeout: float = 20.0) -> None:
    """Post the notice as JSON (`text` is what chat systems show)."""
    import httpx

    subject, text = words(report)
    body = msgspec.json.encode({"text": f"{subject}\n{text}", "status": report.status})
    headers = {"Content-Type": "application/json"}
    httpx.post(url, content=body, headers=headers, timeout=timeout).raise_for_status()


def by_mail(mail: Mail, report: Report, timeout: float = 20.0) -> None:
    """Send the notice."""
    message = EmailMessage()
    message["Subject"], text = words(report)
    message["From"], message["To"] = mail.sender, ", ".join(mail.to)
    message.set_content(text)
    with smtplib.SMTP(mail.host, mail.port, timeout=timeout) as server:
        if mail.starttls:
            server.starttls(context=ssl.create_default_context())
        if mail.user and mail.password:
            server.login(mail.user, mail.password)
        server.send_message(message)
