"""Secrets that nobody gave us: made up once, then kept in LEADS_DATA_DIR/secrets (0700), a file of mode 0600 for each."""

import fcntl
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def kept_secret(data_dir: Path, name: str, size: int = 32) -> tuple[str, bool]:
    """The secret of that name, and whether it was made just now, of `size` random bytes (in URL-safe base64).

    Any number of processes may ask at once: all get the same. `data_dir` must exist. Raises OSError.
    """
    with _locked(data_dir) as folder:
        with suppress(FileNotFoundError):
            if kept := (folder / name).read_text().strip():
                return kept, False
        made = secrets.token_urlsafe(size)
        _write(folder / name, made)
        return made, True


def previous_secrets(data_dir: Path, name: str) -> tuple[str, ...]:
    """The secrets that were replaced by that of this name, and still hold: the newest last."""
    try:
        return tuple((data_dir / "secrets" / f"{name}.previous").read_text().split())
    except FileNotFoundError:
        return ()


def replace_secret(data_dir: Path, name: str, keep: int) -> None:
    """Another secret of that name. At most `keep` of those before it hold on. Raises FileNotFoundError when there is none."""
    with _locked(data_dir) as folder:
        before = (folder / name).read_text().strip()
        # In this order: a death in between leaves a key that stands twice, and none that is lost.
        kept = [*previous_secrets(data_dir, name), before][-keep:] if keep else []
        _write(folder / f"{name}.previous", "\n".join(kept))
        _write(folder / name, secrets.token_urlsafe(32))


@contextmanager
def _locked(data_dir: Path) -> Iterator[Path]:
    folder = data_dir / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(lock)


def _write(path: Path, text: str) -> None:
    """Whole or not at all: half of a secret would lock us out for good."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text + "\n")
        stream.flush()
        os.fsync(descriptor)
    Path(temporary).replace(path)
