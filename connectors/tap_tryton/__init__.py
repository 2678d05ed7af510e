"""Tryton: parties with their addresses and contact mechanisms, and sales opportunities."""
