"""The files that pages load, each under a URL that names its content, so that a browser may keep it for ever."""

import gzip
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from swagger_ui_bundle import swagger_ui_path

STATIC = Path(__file__).resolve().parent / "static"

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class Asset:
    """Some bytes that are the same for everyone; `version` is a hash of them."""

    body: bytes
    content_type: str

    @cached_property
    def version(self) -> str:
        return sha256(self.body).hexdigest()[:16]

    @cached_property
    def gzipped(self) -> bytes:
        return gzip.compress(self.body, mtime=0)


def _load(path: Path, folder: str) -> tuple[str, Asset]:
    asset = Asset(path.read_bytes(), CONTENT_TYPES[path.suffix])
    return f"{folder}/{path.stem}.{asset.version}{path.suffix}", asset


_FILES = {
    "site.css": (STATIC, "/static"),
    "icon.svg": (STATIC, "/static"),
    "docs.js": (STATIC, "/docs/assets"),
    "docs.css": (STATIC, "/docs/assets"),
    "swagger-ui-bundle.js": (Path(swagger_ui_path), "/docs/assets"),
    "swagger-ui.css": (Path(swagger_ui_path), "/docs/assets"),
}

# Only what is named above is served: no path of a client's ever reaches the file system.
ASSETS: dict[str, Asset] = {}
_URLS: dict[str, str] = {}
for _name, (_source, _folder) in _FILES.items():
    _url, _asset = _load(_source / _name, _folder)
    ASSETS[_url], _URLS[_name] = _asset, _url


def asset_url(name: str) -> str:
    """The URL of a file by its plain name, such as site.css. KeyError when it isn't one of ours."""
    return _URLS[name]
