"""What people are shown: exports without formulas, states, notices, marks."""

import io
import smtplib
import socket
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import duckdb
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from activation import engine, notices, reading
from activation.spec import Brake
from tests.activation.conftest import activate, there


def test_an_export_holds_no_formula(hub, crm, sync):
    hub.people(2)
    hub.row(0)["firstname"] = '=HYPERLINK("http://evil.example","win")'
    hub.row(1)["city"] = "@SUM(1+1)*cmd|' /C calc'!A0"
    hub.publish()
    made = engine.plan(hub.home, sync)
    out = io.StringIO()
    lines = reading.export(hub.home, "crm", made.plan.plan_id, out)
    cells = [cell for line in out.getvalue().splitlines() for cell in line.split(",")]
    assert lines == 8
    assert not [cell for cell in cells if cell.strip('"').startswith(("=", "@", "+cmd", "-"))]
    activate(hub, sync)
    assert there(crm, "cus-0").values["firstname"].startswith("'=HYPERLINK")


def test_the_state_shows_what_fails_and_what_is_held(hub, crm, sync):
    hub.people(60)
    hub.publish()
    activate(hub, replace(sync, brake=Brake(changed_percent=10, changed_rows=5)))
    state = reading.state(hub.home, "crm")
    assert state.held[0]["held"] == ["60 of 60 rows change (100%, the brake is at 10%)"]
    assert state.runs[0]["status"] == "held"
    assert reading.state(hub.home, "nothing-yet").runs == []


def test_a_notice_says_what_is_held_and_nothing_about_people(hub, crm, sync):
    hub.people(60)
    hub.publish()
    held = activate(hub, replace(sync, brake=Brake(changed_percent=10, changed_rows=5)))
    subject, text = notices.words(held)
    assert subject == "Activation of crm/contacts is held"
    assert "60 of 60 rows change" in text
    assert "tessera activate crm --release" in text
    assert "example.org" not in text


@pytest.fixture
def postbox(tmp_path):
    """A real SMTP server that wants TLS and a password; its certificate is its own."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    certificate, secret = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    plain = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    secret.write_bytes(key.private_bytes(*plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, secret)
    arrived = []

    class Keep:
        async def handle_DATA(self, server, session, envelope):
            arrived.append(envelope)
            return "250 OK"

    def known(server, session, envelope, mechanism, data):
        good = (data.login, data.password) == (b"hub", b"mail-secret")
        return AuthResult(success=good, handled=good)

    controller = Controller(
        Keep(), hostname="127.0.0.1", port=0, tls_context=context, require_starttls=True,
        auth_required=True, authenticator=known,
    )  # fmt: skip
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        controller.port = free.getsockname()[1]
    controller.start()
    yield controller.port, certificate, arrived
    controller.stop()


def test_a_notice_goes_out_by_mail_over_tls_and_to_no_server_that_is_not_trusted(
    hub, crm, sync, postbox, monkeypatch
):
    port, certificate, arrived = postbox
    hub.people(60)
    hub.publish()
    held = activate(hub, replace(sync, brake=Brake(changed_percent=10, changed_rows=5)))
    mail = notices.Mail(
        "localhost", port, "hub@example.org", ("a@example.org", "b@example.org"),
        "hub", "mail-secret",
    )  # fmt: skip
    with pytest.raises(ssl.SSLCertVerificationError):
        notices.by_mail(mail, held)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with pytest.raises(smtplib.SMTPAuthenticationError):
        notices.by_mail(replace(mail, password="wrong"), held)
    assert arrived == []
    notices.by_mail(mail, held)
    (envelope,) = arrived
    told = message_from_bytes(envelope.content, policy=policy.default)
    assert envelope.rcpt_tos == ["a@example.org", "b@example.org"]
    assert told["Subject"] == "Activation of crm/contacts is held"
    assert "60 of 60 rows change" in told.get_content()


@pytest.mark.parametrize("created", [True, False])
def test_what_we_wrote_is_marked_as_our_echo(hub, crm, sync, created):
    hub.people(1)
    hub.identities = [("cus-0", "shop", "7")]
    known = crm.contacts.create({"firstname": "Old", "city": "Paris"})
    before = known.modified
    if not created:
        hub.identities.append(("cus-0", "crm", known.id))
    hub.publish()
    activate(hub, sync)
    marks = duckdb.sql(
        f"from '{hub.home}/landing/_activation/crm/echo-contacts.parquet'"
    ).fetchall()
    by_column = {row[3]: row for row in marks}
    assert by_column["emails"][4] == "n0@example.org"
    assert by_column["emails"][5] is created
    assert by_column["emails"][9:] == (("shop", "7") if created else (None, None))
    if not created:
        assert by_column["emails"][1] == known.id
        assert by_column["emails"][8][:19] == before.isoformat()[:19]  # theirs, not our own write
