"""What may be given where the API takes the content of a file."""

import os
from typing import IO, TypeAlias

LocalMedia: TypeAlias = bytes | os.PathLike[str] | IO[bytes]
"""A file's content, its path, or the file itself, opened in binary mode."""
MediaInput: TypeAlias = str | LocalMedia
"""A URL that the service can reach or bare base64, as text; or a file of this machine, which is sent as base64."""
