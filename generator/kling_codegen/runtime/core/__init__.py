"""The parts of the client that neither wait nor send."""
