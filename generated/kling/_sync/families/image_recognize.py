"""Image Recognition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import CallOptions, Resource

if TYPE_CHECKING:
    from typing import Unpack

    from kling import MediaInput
    from kling.types import image_recognize


class ImageRecognize(Resource):
    """Image Recognition."""

    _family = "image_recognize"

    def recognize(self, *, image: MediaInput, **options: Unpack[CallOptions]) -> image_recognize.Recognized:
        """Cut subject, head, face and clothes out of a picture. POST /v1/videos/image-recognize

        Args:
            image: A picture: an http(s) URL the service can reach, or bare base64 without a data: prefix. jpg, jpeg
                or png, at most 10 MB, each side at least 300 px, aspect ratio from 1:2.5 to 2.5:1.

        Source: Image Recognition page, seen 2026-09.
        """
        made: image_recognize.Recognized = self._with(options)._call("recognize", locals())
        return made
