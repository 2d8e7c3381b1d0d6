"""The spec of the Kling AI HTTP API, and the code that gives its YAML meaning."""
