"""Posts, comments and users of a WordPress site, through its REST API."""
