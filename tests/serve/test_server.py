"""The server as a process, and clients that do not keep to what they began."""

import json
import signal
import socket
import subprocess
import sys
import time

import pytest

from fivefold.serve.server import listen

pytestmark = pytest.mark.slow
ROW = {"age": 20, '"quoted"': True, "zip": 10001, "<1H OCEAN": "INLAND"}


@pytest.fixture
def server(bundle):
    """A server with short limits, and its address."""
    code = (
        "from fivefold.serve import app, server; import sys;"
        "server.SECONDS, server.GRACE = 1, 2; server.serve(sys.argv[1], port=0)"
    )
    command = [sys.executable, "-u", "-c", code, str(bundle)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        address = process.stdout.readline().split(" at http://")[1].split("/")[0]
        host, port = address.split(":")
        try:
            yield process, (host, int(port))
        finally:
            process.kill()


def head(length):
    return f"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n".encode()


def closed_after(client, most):
    """Seconds until the server closes the connection."""
    client.settimeout(most)
    began = time.monotonic()
    while client.recv(4096):
        pass
    return time.monotonic() - began


def test_accepted_connections_send_at_once():
    with listen("127.0.0.1", 0) as listener:
        client = socket.create_connection(listener.getsockname())
        accepted, _ = listener.accept()
        with client, accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize("sent", [b"", b"POST /predict HT", head(9)[:-2]])
def test_connection_without_the_end_of_a_head_is_closed(server, sent):
    with socket.create_connection(server[1]) as client:
        client.sendall(sent)
        assert closed_after(client, 10) < 5


def test_head_that_never_ends_after_a_good_request_is_closed(server):
    body = json.dumps({"instances": [ROW]}).encode()
    with socket.create_connection(server[1]) as client:
        client.sendall(head(len(body)) + body)
        assert client.recv(4096).startswith(b"HTTP/1.1 200")
        client.sendall(b"GET /hea")
        assert closed_after(client, 10) < 5


@pytest.mark.parametrize("sent", [b"", b"GET /", head(1000) + b"{"])
def test_client_that_never_ends_does_not_hold_the_end_of_the_server(server, sent):
    process, address = server
    with socket.create_connection(address) as client:
        client.sendall(sent)
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=2 + 5)
