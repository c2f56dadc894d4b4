"""What tests of the program share: a folder of their own, and raw firmware of a few instructions."""
import os
import struct
import tempfile
import unittest

UDF = 0xDE00
NOP = 0xBF00
BRANCH_TO_SELF = 0xE7FE
BRANCH_BACK = 0xE7FD


def raw_firmware(*halfwords):
    """A vector table whose reset vector is 0x40, and code there."""
    table = struct.pack("<2I", 0x20001000, 0x41).ljust(0x40, b"\0")
    return table + struct.pack(f"<{len(halfwords)}H", *halfwords)


class FolderCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name, contents=None):
        path = os.path.join(self.folder, name)
        if contents is not None:
            with open(path, "wb") as stream:
                stream.write(contents)
        return path
