"""Articles in, evidence out: reading, keeping, finding. Knows nothing of app or prompts."""
