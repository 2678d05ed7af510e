"""Write tables of Microsoft Dataverse (Dynamics 365), up to a thousand rows per request."""
