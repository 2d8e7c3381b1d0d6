"""The reference, the guides and the changelogs as a static site that needs no network."""
