"""What can go wrong while the site is built."""


class SiteBroken(Exception):
    """The site cannot be built, or a link of it leads nowhere; the text names page and link."""
