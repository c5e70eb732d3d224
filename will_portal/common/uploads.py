"""What people send, held on this machine until it is stored: no more than a file may have, nor than fits."""

from contextlib import suppress
from io import BytesIO

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler

from will_portal.common.tables.limits import LARGEST


class BoundedUploadHandler(FileUploadHandler):
    """Lets the files of a request through up to the size that one may have, and drops what comes after.

    A little more than that is kept, so that a form sees that the file was too large.
    """

    def __init__(self, request=None):
        super().__init__(request)
        self.kept = 0

    def receive_data_chunk(self, raw_data, start):
        if self.kept > LARGEST:
            return None
        self.kept += len(raw_data)
        return raw_data

    def file_complete(self, file_size):
        return None


class Nowhere(BytesIO):
    def write(self, content):
        return len(content)


class CutOffFile(UploadedFile):
    """What is left of a file for which the disk had no room."""

    def __init__(self, name):
        super().__init__(Nowhere(), name)


class DiskUploadHandler(TemporaryFileUploadHandler):
    """As Django's, but a full disk does not end the request: whoever sent the file can be told."""

    def new_file(self, *args, **kwargs):
        try:
            super().new_file(*args, **kwargs)
        except OSError:
            self.file = CutOffFile(self.file_name)

    def receive_data_chunk(self, raw_data, start):
        try:
            self.file.write(raw_data)
            # What is only buffered would fail when it is too late to tell.
            self.file.flush()
        except OSError:
            with suppress(OSError):
                self.file.close()
            self.file = CutOffFile(self.file_name)

    def upload_interrupted(self):
        self.file.close()
