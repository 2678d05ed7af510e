"""Who is who: matching, clustering and stable customer ids, each link with its evidence."""
