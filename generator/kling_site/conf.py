"""How Sphinx builds the site; it is read by Sphinx alone."""

project = "kling-toolkit"
extensions = ["myst_parser"]
myst_heading_anchors = 4
nitpicky = True
smartquotes = False  # quotes in prose may stand around words of the API
suppress_warnings = ["misc.highlighting_failure", "myst.header"]  # neither is a link that leads nowhere

html_theme = "furo"  # carries all it needs with it; most other themes ask the network for fonts
html_title = "kling-toolkit"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False
html_show_sourcelink = False
html_use_index = False
