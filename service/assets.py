"""The files that pages load, each under a URL that names its content, so that a browser may keep it for ever."""

import gzip
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from swagger_ui_bundle import swagger_ui_path

STATIC = Path(__file__).resolve().parent / "static"
# The dashboard, as web/ was built (scripts/setup does it). Without it the service still has all the rest.
DASHBOARD = STATIC.parent.parent / "web" / "dist"

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True)
class Asset:
    """Some bytes that are the same for everyone; `version` is a hash of them, `brotli` what the build made of them."""

    body: bytes
    content_type: str
    brotli: bytes | None = None

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
    "form.js": (STATIC, "/static"),
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


for _path in sorted((DASHBOARD / "assets").glob("*")) if DASHBOARD.is_dir() else ():
    if _path.suffix in CONTENT_TYPES:
        _compressed = _path.with_name(f"{_path.name}.br")
        _brotli = _compressed.read_bytes() if _compressed.is_file() else None
        ASSETS[f"/assets/{_path.name}"] = Asset(_path.read_bytes(), CONTENT_TYPES[_path.suffix], _brotli)


def dashboard_page() -> str | None:
    """The dashboard's one page, with its style's nonce still empty; None when it wasn't built."""
    page = DASHBOARD / "index.html"
    return page.read_text(encoding="utf-8") if page.is_file() else None


def asset_url(name: str) -> str:
    """The URL of a file by its plain name, such as site.css. KeyError when it isn't one of ours."""
    return _URLS[name]
