"""A Facebook Page and its Instagram account: posts, comments, conversations and ratings."""
