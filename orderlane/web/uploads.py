"""Files that members send: dropped while they arrive when they are larger than anything that is taken here."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from orderlane.catalog.actions.apply_file import MOST_BYTES

_MARK = "orderlane.upload_too_large"


class LimitedUpload(FileUploadHandler):
    """Stands before Django's own handlers; what goes beyond the limit reaches neither memory nor disk."""

    def new_file(self, *arguments: object, **named: object) -> None:
        """Count anew for each file."""
        super().new_file(*arguments, **named)  # type: ignore[arg-type]  # passed on as they are
        self._size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the piece on, or drop the file."""
        self._size += len(raw_data)
        if self._size > MOST_BYTES:
            assert self.request is not None
            self.request.META[_MARK] = True
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        """Leave it to the next handler."""
        return None


def is_too_large(request: HttpRequest) -> bool:
    """Whether a file was dropped for its size."""
    return bool(request.META.get(_MARK))
