"""`$batch` bodies and answers; a person's edit between reading and writing stops one row."""

import pytest

from connectors.target_base.delivery import Delivery, Manners
from connectors.target_base.wire import Change, Op, Status
from connectors.target_dynamics import batch
from connectors.target_dynamics.sandbox import DynamicsSandbox
from connectors.target_dynamics.wire import connect


def test_an_answer_that_was_cut_is_no_answer():
    with pytest.raises(ValueError, match="cut short"):
        batch.read("multipart/mixed; boundary=b", b"--b\r\nContent-Type: application/http\r\n")


def test_each_answer_of_a_batch_is_read():
    text = (
        '--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 204 No Content\r\nETag: W/"1"\r\n'
        "\r\n\r\n--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 412 Failed\r\n"
        'Content-Type: application/json\r\n\r\n{"error": {"message": "no"}}\r\n--b--\r\n'
    )
    done, refused = batch.read("multipart/mixed; boundary=b", text.encode())
    assert (done.status, done.headers["etag"], done.body) == (204, 'W/"1"', None)
    assert (refused.status, refused.body) == (412, {"error": {"message": "no"}})


def test_a_persons_edit_between_our_reading_and_writing_stops_that_row_alone():
    with DynamicsSandbox() as running:
        wire = connect(
            {
                "base_url": running.base_url,
                "token_url": f"{running.base_url}/token",
                "client_id": "a",
                "client_secret": "b",
            }
        )
        delivery = Delivery(wire, {}, manners=Manners(wait=0.001, longest=0.01))
        rows = [Change(Op.CREATE, f"c{n}", {"firstname": "A"}) for n in range(3)]
        made = list(delivery.deliver(rows))
        read = wire.read(["firstname"], ids=[str(o.remote_id) for o in made])
        running.contacts.edit(read[1].remote_id, firstname="Mine")
        changes = [Change(Op.UPDATE, "k", {"firstname": "B"}, r.remote_id, r.stamp) for r in read]
        fates = [o.status for o in delivery.deliver(changes)]
        names = [entry.values["firstname"] for entry in running.contacts.entries.values()]
        assert fates == [Status.DONE, Status.MOVED, Status.DONE]
        assert names == ["B", "Mine", "B"]
