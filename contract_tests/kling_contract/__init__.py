"""What proves that spec, client and mock agree."""
