"""Who is talked to: a Jobs API that asks strangers for a token, and is shown the right one."""

import http.server
import os
import socket
import threading

import pytest

from cluster.submit import door
from harness.errors import ClusterError

TOKEN = "0123456789abcdef" * 4


@pytest.fixture(autouse=True)
def own_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH", *door.OVERRIDES):
        monkeypatch.setenv(name, "")  # so that it is put back afterwards
        monkeypatch.delenv(name)


@pytest.fixture
def answering():
    """Start what answers every question so; gives its address, and the headers that it got."""
    servers = []

    def answering(code, body):
        heard = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                heard.append((self.path, dict(self.headers)))
                self.send_response(code)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}", heard

    yield answering
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_cluster_that_asks_nobody_for_a_token_is_refused(answering):
    address, _ = answering(200, b"[]")
    with pytest.raises(ClusterError, match="asks nobody for a token: whoever reaches") as refused:
        door.check(address, insecure=False)
    assert "--insecure" in str(refused.value)


def test_it_is_used_if_that_is_asked_for_and_said_but_shown_no_token(answering, monkeypatch):
    monkeypatch.setenv("RAY_AUTH_TOKEN", TOKEN)
    address, heard = answering(200, b"[]")
    assert door.check(address + "/", insecure=True).startswith("beware: the Ray cluster at http://")
    assert os.environ["RAY_AUTH_MODE"] == "disabled"
    [(path, headers)] = heard
    assert path == "/api/jobs/"
    assert TOKEN not in str(headers)


def test_one_that_asks_is_shown_the_token_and_is_the_one_that_was_named(answering, monkeypatch):
    monkeypatch.setenv("RAY_AUTH_TOKEN", TOKEN)
    monkeypatch.setenv("RAY_ADDRESS", "http://127.0.0.1:1")
    monkeypatch.setenv("RAY_API_SERVER_ADDRESS", "http://127.0.0.1:1")
    address, heard = answering(401, b"Unauthorized")
    assert not door.check(address, insecure=False)
    assert os.environ["RAY_AUTH_MODE"] == "token"
    assert TOKEN not in str(heard)  # asked as a stranger
    assert not {"RAY_ADDRESS", "RAY_API_SERVER_ADDRESS"} & set(os.environ)


def test_without_a_token_it_is_said_where_one_is_looked_for(answering, tmp_path):
    address, _ = answering(401, b"Unauthorized")
    with pytest.raises(ClusterError, match="asks for its token, and there is none in") as refused:
        door.check(address, insecure=True)
    assert str(tmp_path / ".ray" / "auth_token") in str(refused.value)


def test_a_token_that_cannot_be_read_is_not_said_to_be_missing(answering, monkeypatch, tmp_path):
    address, _ = answering(401, b"Unauthorized")
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(tmp_path))  # a folder, as nobody can read one
    with pytest.raises(ClusterError, match=rf"{tmp_path} cannot be read \(Is a directory\)"):
        door.check(address, insecure=False)


def test_no_proxy_is_asked_for_the_loopback(answering, monkeypatch):
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    address, heard = answering(200, b"[]")
    assert door.check(address, insecure=True)
    assert heard


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_a_token_that_others_can_read_is_said(answering, tmp_path, mode):
    address, _ = answering(401, b"Unauthorized")
    file = tmp_path / ".ray" / "auth_token"
    file.parent.mkdir()
    file.write_text(TOKEN)
    file.chmod(mode)
    said = door.check(address, insecure=False)
    assert said.endswith(f"chmod 600 {file}") is (mode == 0o644)


@pytest.mark.parametrize(
    ("code", "body", "said"),
    [
        (200, b"<html>", "is no Jobs API of Ray"),
        (200, b"{}", "is no Jobs API of Ray"),
        (404, b"", r"gives 404 Not Found. On the head it takes pip install 'ray\[default\]'"),
        (500, b"", "gives 500 Internal Server Error"),
    ],
)
def test_what_is_no_jobs_api_is_one_line(answering, code, body, said):
    address, _ = answering(code, body)
    with pytest.raises(ClusterError, match=said) as refused:
        door.check(address, insecure=True)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("said", [b"SSH-2.0-OpenSSH_9.6\r\n", b"\0\0\x18\x04\0\0\0\0\0\0"])
def test_a_port_of_another_protocol_is_no_jobs_api(said):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            connection, _ = server.accept()
            connection.sendall(said)
            connection.recv(10_000)
            connection.close()

        threading.Thread(target=answer, daemon=True).start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(ClusterError, match=f"what answers at {address} is no Jobs API of Ray"):
            door.check(address, insecure=False)


@pytest.mark.parametrize("address", ["http://head:port", "http://my head:8265", "http://[::1"])
def test_what_is_no_url_is_said_so(address):
    with pytest.raises(ClusterError, match="is no URL: "):
        door.check(address, insecure=False)


def test_where_nothing_answers_the_way_to_the_loopback_of_a_head_is_said():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(ClusterError, match=f"nothing answers at {address}: .*ssh -N -L 8265"):
            door.check(address, insecure=False)


@pytest.mark.parametrize("address", ["head:6379", "auto", "ray://head:10001", ""])
def test_an_address_of_fewlabels_run_is_told_from_a_dashboard_s(address):
    with pytest.raises(ClusterError, match="give the URL of the dashboard"):
        door.check(address, insecure=False)
