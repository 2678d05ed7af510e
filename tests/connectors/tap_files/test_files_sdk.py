"""The Singer SDK's own tap test suite, over one stream of each format."""

from pathlib import Path

from singer_sdk.testing import get_tap_test_class

from connectors.tap_files.tap import TapFiles

SAMPLES = Path(__file__).parent / "samples"

TestTapFiles = get_tap_test_class(
    tap_class=TapFiles,
    config={
        "streams": {
            "contacts": {"path": str(SAMPLES / "contacts.csv"), "key": ["id"]},
            "accounts": {"path": str(SAMPLES / "accounts.jsonl"), "key": ["id"]},
            "orders": {
                "path": str(SAMPLES / "orders.json"),
                "key": ["id"],
                "records_path": "data.orders",
                "replication_key": "placed_at",
                "types": {"placed_at": "date-time"},
            },
        }
    },
)
