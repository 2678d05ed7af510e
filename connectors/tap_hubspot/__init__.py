"""HubSpot: contacts, companies, deals, tickets, notes, engagements and owners."""
