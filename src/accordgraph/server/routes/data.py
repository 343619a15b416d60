"""The files of an export, at `/data/...`: whole or in ranges, with their checksums as entity tags."""

import json
from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from accordgraph.engine.engine import CurrentEngine
from accordgraph.errors import InputError, shown
from accordgraph.export.output import MANIFEST, File, read_manifest
from accordgraph.results.formats import LIST, with_charset
from accordgraph.server.http import problems
from accordgraph.server.http.negotiation import header_of
from accordgraph.server.http.problems import Problem

_CACHE = {"Cache-Control": "no-cache"}


class ExportFolder:
    """The folder that `accordgraph export` fills, as long as it was made from the dataset that is served."""

    def __init__(self, folder: Path, engine: CurrentEngine) -> None:
        self.folder, self._engine = folder, engine

    @property
    def files(self) -> dict[str, File]:
        """The files by path; raises the 404 `Problem` where there is no export of this dataset."""
        try:
            digest, files = _manifest(self.folder, (self.folder / MANIFEST).stat().st_mtime_ns)
        except (InputError, OSError):
            detail = "this server has no export yet; the command `accordgraph export` makes one"
            raise Problem(problems.NOT_FOUND, detail) from None
        if digest != self._engine.digest:
            detail = "the export on this server is of another dataset; `accordgraph export` makes a new one"
            raise Problem(problems.NOT_FOUND, detail)
        return files

    def read(self, path: str) -> bytes:
        """Return the content of a file."""
        return (self.folder / self.files[path].path).read_bytes()

    def give(self, request: Request, path: str, content_type: str = "", **headers: str) -> Response:
        """Return a file, or the part of it that the header Range asks for."""
        files = self.files
        if path not in files:
            detail = f"the export has no file {shown(path)}; /data lists its files"
            raise Problem(problems.NOT_FOUND, detail)
        file = files[path]
        tag = f'"{file.sha256[:32]}"'
        stated = {"ETag": tag, "Accept-Ranges": "bytes", **_CACHE, **headers}
        named = [
            one.strip().removeprefix("W/") for one in (header_of(request, "if-none-match") or "").split(",")
        ]
        if tag in named or "*" in named:
            return Response(None, 304, stated)
        kind = content_type or with_charset(file.media_type)
        return FileResponse(self.folder / file.path, headers=stated, media_type=kind)


@lru_cache(maxsize=4)
def _manifest(folder: Path, _: int) -> tuple[str, dict[str, File]]:
    manifest = read_manifest(folder)
    files = [File(**file) for file in manifest["files"]]  # type: ignore[attr-defined]
    return str(manifest["digest"]), {file.path: file for file in files}


class DataFiles:
    """The routes of the files."""

    def __init__(self, exports: ExportFolder) -> None:
        self._exports = exports

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [Route("/data", self.index), Route("/data/{path:path}", self.file)]

    async def index(self, request: Request) -> Response:
        """List the files with their media types, sizes and checksums."""
        files = self._exports.files.values()
        listed = [
            {"url": f"/{file.path}", "mediaType": file.media_type, "bytes": file.bytes, "sha256": file.sha256}
            for file in files
        ]
        return Response(json.dumps(listed), media_type=LIST.media_type, headers=_CACHE)

    async def file(self, request: Request) -> Response:
        """Return a file."""
        return self._exports.give(request, f"data/{request.path_params['path']}")
