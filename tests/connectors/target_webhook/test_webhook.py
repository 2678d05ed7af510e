"""Signed, told apart when sent twice, and no reading back."""

import base64
import hashlib
import hmac

import pytest

from connectors.target_base.delivery import Delivery, Manners
from connectors.target_base.sandbox import Trouble
from connectors.target_base.wire import Change, DeniedError, Op, Status, WireError
from connectors.target_webhook.sandbox import WebhookSandbox
from connectors.target_webhook.wire import connect, signature

QUICK = Manners(wait=0.001, longest=0.01)
ROWS = [Change(Op.CREATE, f"cus-{n}", {"email": f"n{n}@example.org"}) for n in range(250)]


def sent(running, secret="s3cret"):
    wire = connect({"url": f"{running.base_url}/hook", "secret": secret, "timeout_seconds": 1.0})
    return list(Delivery(wire, {}, manners=QUICK).deliver(ROWS)), wire


def test_every_event_arrives_in_batches_and_once_by_its_id():
    with WebhookSandbox("s3cret", Trouble(lost=0.3, broken=0.2)) as running:
        outcomes, _ = sent(running)
        assert {outcome.status for outcome in outcomes} == {Status.DONE}
        assert len(running.events) == 250
        assert running.received >= 250  # what was lost came again, under the same ids


def test_a_wrong_secret_is_refused():
    with WebhookSandbox("s3cret") as running, pytest.raises(DeniedError) as told:
        sent(running, "another")
    assert "another" not in str(told.value)


def test_the_signature_is_the_one_of_standard_webhooks():
    key = base64.b64encode(b"0123456789abcdef").decode()
    digest = hmac.new(b"0123456789abcdef", b"id.1700000000.{}", hashlib.sha256).digest()
    wanted = f"v1,{base64.b64encode(digest).decode()}"
    assert signature(f"whsec_{key}", "id", "1700000000", b"{}") == wanted


def test_a_missing_setting_is_told_in_a_sentence():
    with pytest.raises(WireError, match="secret is missing"):
        connect({"url": "http://127.0.0.1:1/"})
