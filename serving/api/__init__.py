"""The lookup API: profiles over HTTP, for CRM screens and other programs."""
