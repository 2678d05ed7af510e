"""Write parties and sale opportunities of a Tryton server."""
