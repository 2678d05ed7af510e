"""Files as sources: CSV, TSV, Excel, JSON and JSON Lines exports of legacy systems."""
