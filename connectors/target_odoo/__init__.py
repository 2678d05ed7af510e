"""Write partners and leads of an Odoo server."""
