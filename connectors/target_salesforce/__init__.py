"""Write any object of Salesforce by external id: collections for few rows, Bulk 2.0 for many."""
