"""An instance becomes contacts and conversations; what comes in is what the tap really emits."""

import json
from collections.abc import Callable
from pathlib import Path

from connectors.sandbox.population import generate
from connectors.tap_base.testing import run
from connectors.tap_mastodon.sandbox import MastodonSandbox, load
from connectors.tap_mastodon.tap import TapMastodon

from .conftest import Warehouse

KEYS = {
    "accounts": ("id",), "statuses": ("id",), "notifications": ("id",),
    "conversations": ("status_id",),
}  # fmt: skip


def test_an_instance_becomes_contacts_and_threads(
    warehouse: Callable[[], Warehouse], tmp_path: Path
) -> None:
    generate(people=40, out_dir=tmp_path)
    items = load(tmp_path / "mastodon.json")
    hub = warehouse()
    hub.sources["masto"] = {"tap": "tap-mastodon"}
    with MastodonSandbox(items) as sandbox:
        praised = next(s for s in sandbox.statuses.values() if s["account"]["id"] == sandbox.me)
        fan = next(a for key, a in sandbox.accounts.items() if key != sandbox.me)
        for number, kind in enumerate(("favourite", "reblog")):
            when = {"id": f"99{number}", "type": kind, "created_at": praised["created_at"]}
            sandbox.notifications.append({**when, "account": fan, "status": praised})
        config = {"base_url": sandbox.base_url, "access_token": "sandbox-token"}
        first = run(TapMastodon, config)
        hub.land_run("masto", first, KEYS)
        shapes = ("int_contacts", "int_interactions")
        hub.dbt("run", "--quiet", "--select", "staging", *shapes, "int_threads")
        told = {a["id"]: a for a in sandbox.accounts.values()}
        contacts = {
            row[0]: row[1:]
            for row in hub.query(
                "select source_record_id, full_name, handle, links, followers, platform"
                " from intermediate.contacts"
            )
        }
        assert sandbox.me not in contacts
        assert contacts.keys() == {r["id"] for r in first.records("accounts")} - {sandbox.me}
        for key, (name, handle, links, followers, platform) in contacts.items():
            account = told[key]
            assert name == account["display_name"].strip()
            assert handle == f"{account['username']}@{account['url'].split('/')[2]}"
            assert followers == account["followers_count"]
            assert platform == "mastodon"
            shown = [f["value"] for f in account["fields"] if "href" in f["value"]]
            assert [link for link in links if link in json.dumps(shown)] == links
            assert len(links) == len(shown)
        said = hub.query(
            "select interaction_id, thread_id, parent_id, kind, direction, author_record_id, text"
            " from intermediate.interactions where kind not in ('like', 'share')"
        )
        given = hub.query(
            "select kind, parent_id, author_record_id, recipient_record_ids"
            " from intermediate.interactions where kind in ('like', 'share') order by 1"
        )
        kinds = ("like", "share")
        assert given == [(kind, praised["id"], fan["id"], [sandbox.me]) for kind in kinds]
        turns = hub.query("select count(*) from intermediate.threads")
        assert turns == [(len(said),)], "nobody waits for an answer to a like"
        assert len(said) == len(first.records("statuses"))
        for key, thread, parent, kind, direction, author, text in said:
            status = sandbox.statuses[key]
            assert parent == status["in_reply_to_id"]
            if status["visibility"] == "direct":
                assert kind == "message"
            else:
                assert (kind == "reply") == (parent is not None)
            assert (direction == "outbound") == (author == sandbox.me)
            assert thread is not None
            assert "<" not in text
        newest = max(sandbox.statuses[row[0]]["created_at"] for row in said if row[5] == sandbox.me)
        gone = next(k for k, s in sandbox.statuses.items() if s["created_at"] == newest)
        sandbox.delete(gone)
        hub.land_run("masto", run(TapMastodon, config, first.state), KEYS)
        hub.dbt("run", "--quiet", "--select", "staging", "int_contacts", "int_interactions")
        assert hub.query(
            f"select deleted, text, occurred_at is not null from intermediate.interactions"
            f" where interaction_id = '{gone}'"
        ) == [(True, None, True)]
