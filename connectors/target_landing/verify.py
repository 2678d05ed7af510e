"""Verify placeholder."""

from dataclasses import dataclass


@dataclass
class Fault: ...


@dataclass
class Refetch: ...


@dataclass
class Verification: ...


def verify(): ...


def rewind(): ...
