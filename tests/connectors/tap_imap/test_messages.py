"""Mail becomes records: whole threads, decoded text, nothing twice and nothing missed."""

from email.message import EmailMessage

import pytest

from .conftest import Account, letter

pytestmark = pytest.mark.dovecot


def test_a_message_is_decoded(account: Account) -> None:
    account.deliver(letter(1, "Guten Tag – wo bleibt es?"))
    (record,), _, _ = account.run()
    assert record["from"] == {"name": "Zoë Müller", "address": "zoe@example.test"}
    assert record["to"] == [{"name": "Support", "address": "support@shop.test"}]
    assert record["subject"] == "Où est ma commande 1 ?"
    assert record["text"] == "Guten Tag – wo bleibt es?"
    assert record["sent_at"] == "2025-03-04T09:00:00+00:00"
    assert record["direction"] == "inbound"
    assert record["thread_id"] == record["message_id"] == "<m1@example.test>"


def test_a_thread_keeps_together_and_our_answers_are_outbound(account: Account) -> None:
    answer = letter(
        2,
        "Soon.",
        From=account.config["user"],
        In_Reply_To="<m1@example.test>",
        References="<m0@example.test> <m1@example.test>",
    )
    account.deliver(letter(1))
    account.deliver(answer, folder="Sent")
    records, _, _ = account.run(folders=["INBOX", "Sent"])
    by_id = {record["message_id"]: record for record in records}
    assert by_id["<m2@example.test>"]["direction"] == "outbound"
    assert by_id["<m2@example.test>"]["thread_id"] == "<m0@example.test>"
    assert by_id["<m2@example.test>"]["in_reply_to"] == "<m1@example.test>"


def test_a_copy_in_another_folder_is_the_same_message(account: Account) -> None:
    account.deliver(letter(1))
    account.deliver(letter(1), folder="Archive")
    records, _, _ = account.run(folders=["INBOX", "Archive"])
    assert len({record["id"] for record in records}) == 1


def test_only_what_is_new_is_fetched(account: Account) -> None:
    account.deliver(letter(1), letter(2))
    first, state, _ = account.run()
    again, state, _ = account.run(state)
    account.deliver(letter(3))
    later, _, _ = account.run(state)
    assert [len(first), len(again), len(later)] == [2, 0, 1]
    assert later[0]["message_id"] == "<m3@example.test>"


def test_renumbered_folders_are_read_again(account: Account) -> None:
    account.deliver(letter(1), letter(2))
    before, state, _ = account.run()
    state["bookmarks"]["messages"]["folders"]["INBOX"]["uidvalidity"] -= 1
    after, _, _ = account.run(state)
    assert {record["id"] for record in after} == {record["id"] for record in before}


def test_attachments_are_listed_and_not_loaded(account: Account) -> None:
    message = EmailMessage()
    message["From"], message["To"] = "a@b.test", "support@shop.test"
    message.set_content("See the picture")
    message.add_alternative("<p>See <b>the</b> picture</p>", subtype="html")
    message.add_attachment(b"x" * 300_000, maintype="image", subtype="png", filename="bild.png")
    account.deliver(message.as_bytes())
    (record,), _, _ = account.run()
    assert record["text"] == "See the picture"
    (attachment,) = record["attachments"]
    assert (attachment["filename"], attachment["content_type"]) == ("bild.png", "image/png")
    assert len(str(record)) < 3_000


def test_html_only_mail_has_text(account: Account) -> None:
    message = EmailMessage()
    message["From"], message["To"] = "a@b.test", "support@shop.test"
    message.set_content("<html><style>p{}</style><p>Hello <b>you</b></p></html>", subtype="html")
    account.deliver(message.as_bytes())
    (record,), _, _ = account.run()
    assert record["text"] == "Hello you"
    assert record["id"].startswith("INBOX:"), "without a Message-ID the server's number names it"


def test_long_texts_are_cut_and_say_so(account: Account) -> None:
    account.deliver(letter(1, "word " * 1000))
    (record,), _, _ = account.run(text_bytes=100)
    assert record["text_truncated"] is True
    assert len(record["text"]) <= 100


def test_hostile_headers_cost_no_other_message(account: Account) -> None:
    broken = (
        b"From: =?utf-8?b?////?= <x@y.test\r\nTo: undisclosed-recipients:;\r\n"
        b"Date: yesterday\r\n"
        b"Message-ID: <<>>\r\nSubject: =?unknown-8bit?q?=FF=FE?=\r\nContent-Type: text/plain;"
        b" charset=klingon\r\n\r\nh\xe9llo"
    )
    account.deliver(broken, letter(2))
    records, _, failures = account.run()
    assert failures == []
    assert len(records) == 2


def test_automatic_mail_is_marked(account: Account) -> None:
    account.deliver(letter(1, Auto_Submitted="auto-replied"))
    (record,), _, _ = account.run()
    assert record["automatic"] is True


def test_errors_name_the_fix_and_no_secret(account: Account, dovecot: int) -> None:
    account.deliver(letter(1))
    _, _, refused = account.run(password="wrong")
    assert "check user and password" in refused[0]
    _, _, missing = account.run(folders=["Nope"])
    assert "folder Nope" in missing[0]
    _, _, plain = account.run(host="mail.example.test")
    assert "ssl: true" in plain[0]
    assert not any("wrong" in message or "secret" in message for message in refused + missing)
