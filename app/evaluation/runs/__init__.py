"""Questions put to a desk and kept as they are answered, with the record of what made them."""
