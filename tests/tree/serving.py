"""Servers on loopback that repositories are fetched from: git's own over HTTP, plain files, and some that behave badly."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest


@contextlib.contextmanager
def smart(root: Path) -> Iterator[str]:
    """The repositories below a folder, served by `git http-backend`. Skips where git lacks it."""
    place = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip()
    backend = shutil.which("git-http-backend", path=place)
    if backend is None:
        pytest.skip("this git has no http-backend")
    with _serving(functools.partial(_Backend, backend, root)) as url:
        yield url


@contextlib.contextmanager
def dumb(root: Path) -> Iterator[str]:
    """The files below a folder, as any web server gives them."""
    with _serving(functools.partial(_Files, directory=str(root))) as url:
        yield url


@contextlib.contextmanager
def answering(status: int, *headers: tuple[str, str], body: bytes = b"") -> Iterator[str]:
    """A server with one answer to everything."""
    with _serving(functools.partial(_Answer, status, headers, body)) as url:
        yield url


class Hanging(NamedTuple):
    """A server that hangs. `called` is set when somebody has called, `gone` when a caller has left."""

    url: str
    called: threading.Event
    gone: threading.Event
    drop: threading.Event
    """Set it to have all calls dropped."""


@contextlib.contextmanager
def hanging(begin: bytes = b"") -> Iterator[Hanging]:
    """A server that takes every call and says nothing after `begin`."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        server = Hanging(
            f"http://127.0.0.1:{door.getsockname()[1]}", threading.Event(), threading.Event(), threading.Event()
        )

        def listen(line: socket.socket) -> None:
            with contextlib.suppress(OSError):
                while line.recv(4096):
                    pass
            server.gone.set()

        def one(line: socket.socket) -> None:
            with line, contextlib.suppress(OSError):
                line.sendall(begin)
                server.called.set()
                reader = threading.Thread(target=listen, args=(line,), daemon=True)
                reader.start()
                server.drop.wait()
                line.shutdown(socket.SHUT_RDWR)
                reader.join()

        def all_() -> None:
            while True:
                line, _ = door.accept()
                if closed.is_set():
                    return line.close()
                threading.Thread(target=one, args=(line,), daemon=True).start()

        closed = threading.Event()
        answering = threading.Thread(target=all_, daemon=True)
        answering.start()
        try:
            yield server
        finally:
            server.drop.set()
            # A door may only be closed when nobody waits at it: its number is given to the next one that is opened,
            # and a wait that the system begins again would take the calls of that one.
            closed.set()
            socket.create_connection(door.getsockname()).close()
            answering.join()


def refusing() -> str:
    """An address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        return f"http://127.0.0.1:{door.getsockname()[1]}"


@contextlib.contextmanager
def _serving(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


class _Quiet(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Tests need no log."""


class _Files(_Quiet, SimpleHTTPRequestHandler):
    pass


class _Answer(_Quiet):
    def __init__(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes, *rest: object) -> None:
        self._status, self._headers, self._body = status, headers, body
        super().__init__(*rest)  # type: ignore[arg-type]  # what the server passes

    def do_GET(self) -> None:
        self.send_response(self._status)
        for name, value in (*self._headers, ("Content-Length", str(len(self._body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self._body)

    do_POST = do_GET  # noqa: N815  # the server asks by this name


class _Backend(_Quiet):
    """As much of CGI (RFC 3875) as git asks for."""

    def __init__(self, backend: str, root: Path, *rest: object) -> None:
        self._backend, self._root = backend, root
        super().__init__(*rest)  # type: ignore[arg-type]  # what the server passes

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        length = int(self.headers.get("Content-Length") or 0)
        environment = {
            "PATH": os.environ.get("PATH", ""), "GIT_PROJECT_ROOT": str(self._root), "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "PATH_INFO": path, "QUERY_STRING": query,
            "REQUEST_METHOD": self.command, "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(length), "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "HTTP_GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }  # fmt: skip
        body = self._chunks() if self.headers.get("Transfer-Encoding") == "chunked" else self.rfile.read(length)
        if not length and body:
            environment["CONTENT_LENGTH"] = str(len(body))
        done = subprocess.run([self._backend], input=body, env=environment, capture_output=True, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        lines = [line.partition(":")[::2] for line in head.decode().split("\r\n") if line]
        status = next((int(value.split()[0]) for name, value in lines if name == "Status"), 200)
        self.send_response(status)
        for name, value in lines:
            if name != "Status":
                self.send_header(name, value.strip())
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET  # noqa: N815  # the server asks by this name

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        return body
