"""The Singer SDK's own tap test suite, over the stand-in."""

from singer_sdk.testing import SuiteConfig, get_tap_test_class

from connectors.tap_salesforce.tap import TapSalesforce

from .conftest import org

# The streams are what the org describes, so it serves from the moment the suite is made.
SERVED = org(5).__enter__()
CONFIG = {"base_url": SERVED.base_url, "client_id": "app", "client_secret": "sandbox-secret"}

TestTapSalesforce = get_tap_test_class(
    TapSalesforce,
    config=CONFIG | {"objects": ["Contact", "Account", "Opportunity", "Case"]},
    suite_config=SuiteConfig(max_records_limit=None),
)
