"""Golden questions proposed from what articles say, without a model. A person decides about each."""
