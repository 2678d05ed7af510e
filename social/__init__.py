"""Social CRM: what is said, understood, routed, measured and learned from; beside identity/."""
