"""Who is asked beside our own desk: other settings, a peer, a model alone, a judge."""
