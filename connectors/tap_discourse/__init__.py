"""A Discourse forum: users, topics, posts and who liked them."""
