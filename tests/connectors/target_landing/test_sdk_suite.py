"""The SDK's whole target suite, over the façade that shares the engine."""

import tempfile
from pathlib import Path

import pytest
from singer_sdk.testing import get_target_test_class, target_tests
from singer_sdk.testing.suites import SingerTestSuite

from connectors.target_landing.ledger import packages
from connectors.target_landing.target import TargetLanding

HOME = tempfile.TemporaryDirectory(prefix="tessera-landing-sdk-")
CONFIG = {"landing": HOME.name, "source": "sdk", "fsync": False}

Base = get_target_test_class(target_class=TargetLanding, config=CONFIG)
More = get_target_test_class(
    target_class=TargetLanding,
    config=CONFIG,
    include_target_tests=False,
    custom_suites=[
        SingerTestSuite(
            kind="target",
            tests=[
                target_tests.TargetRecordMissingKeyProperty,
                target_tests.TargetSchemaUpdates,
            ],
        )
    ],
)


class TestSdkSuite(Base):  # type: ignore[misc, valid-type]
    """Every test that the SDK runs on a target by default."""


class TestSdkSuiteMore(More):  # type: ignore[misc, valid-type]
    """And those it leaves out of its default suite but that apply."""


def test_the_suite_landed_packages() -> None:
    if not any(Path(HOME.name).iterdir()):
        pytest.skip("the suite ran in another worker")
    assert packages(Path(HOME.name), "sdk")
