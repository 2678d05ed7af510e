"""Dynamics 365 (Dataverse): contacts, accounts, leads, opportunities and incidents."""
