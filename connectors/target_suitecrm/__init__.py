"""Write modules of a SuiteCRM server, one record per request: its API has no batches."""
