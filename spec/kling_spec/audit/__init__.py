"""Reads captured pages of the vendor's reference and says where they and the spec disagree."""
