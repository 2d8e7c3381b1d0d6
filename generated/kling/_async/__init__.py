"""The parts of the client that wait and send."""
