"""Write contacts, companies, deals and tickets of HubSpot, a hundred per request."""
