"""Files and folders that appear whole or not at all."""

import contextlib
import os
import pathlib
import shutil
import uuid


@contextlib.contextmanager
def written_beside(path):
    """Give a temporary path beside `path`; move it into place when the block ends without an error.

    The temporary name ends as `path` does (Keras and ONNX choose their format by it). When the block
    raises, the temporary file or folder is removed and what stood at `path` stays as it was.

    Args:
        path: File or folder to write. Missing parent folders are made.

    Yields:
        `pathlib.Path` to write to, as a file or as a folder.
    """
    path = pathlib.Path(path).resolve()  # a link stays, what it points to is replaced
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".part-{uuid.uuid4().hex[:8]}-{path.name}")
    try:
        yield beside
        if path.is_dir() and beside.is_dir():  # os.replace cannot put a folder over one that is not empty
            old = path.with_name(f".old-{uuid.uuid4().hex[:8]}-{path.name}")
            os.replace(path, old)
            os.replace(beside, path)
            shutil.rmtree(old)
        else:
            os.replace(beside, path)
    finally:
        if beside.is_dir():
            shutil.rmtree(beside)
        else:
            beside.unlink(missing_ok=True)
