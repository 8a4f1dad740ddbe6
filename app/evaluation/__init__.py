"""Golden questions put to a Desk, and how well it answered. Leaves out: answering itself."""
