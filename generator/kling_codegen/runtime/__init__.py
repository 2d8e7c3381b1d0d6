"""What every generated client carries: copied, not rendered, so that linters, type checkers and tests see it.

`core` goes to `kling/_core` as it stands, `public` to `kling` itself; `asynchronous` goes to `kling/_async` and, by
token substitution, to `kling/_sync`.
"""
