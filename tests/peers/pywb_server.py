"""Serve WARC files with pywb on a free local port; run by the Python of pywb's own environment, never imported.

Usage: `python pywb_server.py FOLDER WARC... [--dialect bare|wayback] [--cdx-endpoint PATH] [--exclude HOST]
[--log FILE]`

FOLDER receives `arc/` (the WARC files, copied), `idx/index.cdxj` and `config.yaml`. The port is printed as the only
line on stdout once the server listens. It stops when its stdin is closed: it cannot outlive the run that started it.

`bare` is pywb as it comes: collection `/web`, index at `/web/cdx`. `wayback` puts `wayback_front` before it, which
answers as the Wayback Machine does. Each request is appended to the log as a JSON line (method, path with query,
status) before its answer leaves.
"""

from gevent.monkey import patch_all

patch_all()

import argparse  # noqa: E402 -- gevent has to patch the standard library before anything else is imported
import json  # noqa: E402
import os  # noqa: E402
import shutil  # noqa: E402
import socket  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

import gevent  # noqa: E402
from gevent.fileobject import FileObject  # noqa: E402
from gevent.pywsgi import WSGIServer  # noqa: E402
from pywb.apps.frontendapp import FrontEndApp  # noqa: E402
from pywb.indexer.cdxindexer import main as index_warcs  # noqa: E402
from pywb.utils.geventserver import RequestURIWSGIHandler  # noqa: E402
from wayback_front import WaybackFront  # noqa: E402

CONFIG = """\
framed_replay: false
enable_memento: true
redirect_to_exact: true
cdx_api_endpoint: {cdx_endpoint}
collections:
  web:
    index: ./idx/
    archive_paths: ./arc/
"""


class Handler(RequestURIWSGIHandler):
    """Keeps the raw request URI, and sends small answers at once (Nagle's algorithm costs 40 ms a request)."""

    def __init__(self, sock, *args, **kwargs):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().__init__(sock, *args, **kwargs)


class RequestLog:
    """WSGI middleware that writes one JSON line per request."""

    def __init__(self, app, path):
        self.app = app
        self.path = path

    def __call__(self, environ, start_response):
        def logged(status, headers, exc_info=None):
            line = {"method": environ["REQUEST_METHOD"], "path": environ["REQUEST_URI"], "status": int(status[:3])}
            with self.path.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(line) + "\n")
            return start_response(status, headers, exc_info)

        return self.app(environ, logged)


def lay_out(folder, warcs, cdx_endpoint):
    """Copy the WARC files, index them, and write pywb's configuration."""
    (folder / "arc").mkdir(parents=True)
    (folder / "idx").mkdir()
    for warc in warcs:
        shutil.copy(warc, folder / "arc")
    (folder / "config.yaml").write_text(CONFIG.format(cdx_endpoint=cdx_endpoint), encoding="utf-8")
    index_warcs(["-j", "-s", "-o", str(folder / "idx" / "index.cdxj"), str(folder / "arc")])


def stop_with_parent():
    """End this process when its stdin closes: the test run has gone, whatever way it went."""
    FileObject(sys.stdin.buffer, "rb").read()
    os._exit(0)


def main():
    """Read the command line, lay out the archive and serve it for ever."""
    parser = argparse.ArgumentParser(description="Serve WARC files with pywb, for tests.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("warcs", type=Path, nargs="+")
    parser.add_argument("--dialect", choices=("bare", "wayback"), default="bare")
    parser.add_argument("--cdx-endpoint", default="/cdx", help="path of pywb's index under the collection")
    parser.add_argument("--exclude", action="append", default=[], help="host that asked to be left out (wayback only)")
    parser.add_argument("--log", type=Path)
    options = parser.parse_args()
    folder = options.folder.resolve()
    log = options.log and options.log.resolve()
    lay_out(folder, options.warcs, options.cdx_endpoint)
    os.chdir(folder)  # pywb looks for config.yaml and its templates in the working folder
    app = FrontEndApp(config_file="config.yaml")
    if options.dialect == "wayback":
        app = WaybackFront(app, index=folder / "idx" / "index.cdxj", archive=folder / "arc", excluded=options.exclude)
    if log:
        app = RequestLog(app, log)
    server = WSGIServer(("127.0.0.1", 0), app, handler_class=Handler, log=None)
    server.start()
    gevent.spawn(stop_with_parent)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
