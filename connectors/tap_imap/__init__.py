"""Mailboxes over IMAP: what people write, without loading what they attach."""
