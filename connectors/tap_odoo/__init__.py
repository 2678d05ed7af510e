"""Odoo: partners, leads and opportunities, messages and sales orders."""
