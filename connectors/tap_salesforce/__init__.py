"""Salesforce: contacts, leads, accounts, opportunities, cases, tasks and any other object."""
