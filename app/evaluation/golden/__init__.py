"""Golden questions: what a line may hold, reading and finding them, and whether a reply states what they expect."""
