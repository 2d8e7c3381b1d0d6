"""Element Management (old service)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import CallOptions, Resource

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from kling import MediaInput
    from kling.params import shared as shared_params
    from kling.types import element_legacy, shared


class ElementLegacy(Resource):
    """Element Management (old service)."""

    _family = "element_legacy"

    def make(
        self,
        *,
        element_name: str,
        element_description: str,
        element_frontal_image: MediaInput,
        element_refer_list: Sequence[shared_params.ElementView],
        tag_list: Sequence[shared_params.ElementTag] | None = None,
        **options: Unpack[CallOptions],
    ) -> element_legacy.Element:
        """Make an element of the old library from pictures. POST /v1/general/custom-elements

        Args:
            element_name: The name of the element. 1 to 20 characters.
            element_description: What the element is. 1 to 100 characters.
            element_frontal_image: The subject from the front.
            element_refer_list: Other views of the subject. 1 to 3 entries.
            tag_list: Tags of the element.

        Source: Element Management page, seen 2026-01.
        """
        made: element_legacy.Element = self._with(options)._call("make", locals())
        return made

    def browse(
        self, *, page_num: int | None = None, page_size: int | None = None, **options: Unpack[CallOptions]
    ) -> list[element_legacy.Element]:
        """List the account's elements of the old library. GET /v1/general/custom-elements

        Args:
            page_num: The page, from 1. From 1 to 1000. Default 1.
            page_size: How many tasks a page holds. From 1 to 500. Default 30.

        Source: Element Management page, seen 2026-01.
        """
        made: list[element_legacy.Element] = self._with(options)._call(
            "browse", query={"page_num": page_num, "page_size": page_size}
        )
        return made

    def presets(
        self, *, page_num: int | None = None, page_size: int | None = None, **options: Unpack[CallOptions]
    ) -> list[element_legacy.Element]:
        """List the elements of the old library that everybody can use. GET /v1/general/presets-elements

        Args:
            page_num: The page, from 1. From 1 to 1000. Default 1.
            page_size: How many tasks a page holds. From 1 to 500. Default 30.

        Source: Element Management page, seen 2026-01.
        """
        made: list[element_legacy.Element] = self._with(options)._call(
            "presets", query={"page_num": page_num, "page_size": page_size}
        )
        return made

    def delete(self, *, element_id: str, **options: Unpack[CallOptions]) -> shared.ElementDeleted:
        """Delete an element of one's own from the old library. POST /v1/general/delete-elements

        Args:
            element_id: The id of an element of one's own. Here, and only here, it is sent as text.

        Source: Element Management page, seen 2026-01.
        """
        made: shared.ElementDeleted = self._with(options)._call("delete", locals())
        return made
