"""Reverse ETL a CRM administrator can trust: diff, plan, brake, apply, undo. See README.md."""
