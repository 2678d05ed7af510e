"""SuiteCRM: contacts, accounts, leads, opportunities, cases and notes."""
