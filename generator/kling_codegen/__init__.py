"""Makes the Python client, the bundle and the reference out of the spec."""
