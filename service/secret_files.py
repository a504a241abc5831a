"""Secrets that nobody gave us: made up once, then kept in LEADS_DATA_DIR/secrets (0700), a file of mode 0600 for each."""

import fcntl
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path


def kept_secret(data_dir: Path, name: str, size: int = 32) -> tuple[str, bool]:
    """The secret of that name, and whether it was made just now, of `size` random bytes (in URL-safe base64).

    Any number of processes may ask at once: all get the same. `data_dir` must exist. Raises OSError.
    """
    folder = data_dir / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if kept := (folder / name).read_text().strip():
                return kept, False
        made = secrets.token_urlsafe(size)
        # Whole or not at all: half of a secret would lock us out for good.
        descriptor, temporary = tempfile.mkstemp(dir=folder)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(made + "\n")
            stream.flush()
            os.fsync(descriptor)
        Path(temporary).replace(folder / name)
        return made, True
    finally:
        os.close(lock)
