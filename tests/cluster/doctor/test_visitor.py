"""What a visitor finds on the machine that it is on."""

import http.server
import socket
import subprocess
import sys
import threading

import pytest

from cluster.doctor import visitor


def test_a_process_without_fewlabels_can_be_visited(tmp_path):
    import ray

    ray.cloudpickle.register_pickle_by_value(visitor)
    sent = tmp_path / "visitor"
    try:
        sent.write_bytes(ray.cloudpickle.dumps(visitor.Visitor))
    finally:
        ray.cloudpickle.unregister_pickle_by_value(visitor)
    code = (
        "import pickle, sys\n"
        "for name in ('cluster', 'datasets', 'fewlabels', 'harness', 'search_spaces'):\n"
        "    sys.modules[name] = None\n"
        "import ray, types\n"
        "context = types.SimpleNamespace(get_temp_dir=lambda: sys.argv[2])\n"
        "ray.get_runtime_context = lambda: context\n"
        "visitor = pickle.load(open(sys.argv[1], 'rb'))()\n"
        "told = visitor.look(lambda names: {'numpy': '1'}, {}, {'x': 'http://127.0.0.1:9/'})\n"
        "assert told['told'] == {'numpy': '1'} and told['doors'] == {'x': None}, told\n"
        "assert told['temp'][0] == sys.argv[2] and told['temp'][1] > 0, told\n"
        "assert told['memory_bytes'] > 0, told\n"
        "assert visitor.now() > 1e9 and len(visitor.fetched(b'x')) == 64\n"
    )
    command = [sys.executable, "-I", "-c", code, sent, tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def nvidia_smi(tmp_path, monkeypatch):
    """Make one that says and does so."""

    def nvidia_smi(text):
        program = tmp_path / "nvidia-smi"
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    return nvidia_smi


def test_gpus_are_those_that_nvidia_smi_lists(nvidia_smi):
    nvidia_smi("echo 'GPU 0: A100 (UUID: GPU-1)'; echo 'GPU 1: A100 (UUID: GPU-2)'")
    assert visitor.gpus_seen() == (2, "nvidia-smi")


def test_a_driver_that_fails_sees_no_gpu(nvidia_smi):
    nvidia_smi("echo 'NVIDIA-SMI has failed because it could not communicate'; exit 9")
    assert visitor.gpus_seen() == (0, "nvidia-smi fails")


def test_without_nvidia_smi_devices_are_counted(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    names = ["nvidia0", "nvidia1", "nvidiactl", "nvidia-uvm", "null"]
    monkeypatch.setattr("os.listdir", lambda _: names)
    assert visitor.gpus_seen() == (2, "/dev")


def test_a_folder_that_is_not_there_has_no_room(tmp_path):
    assert visitor.free_of(str(tmp_path / "no")) is None
    folder, free, whole = visitor.free_of(str(tmp_path))
    assert folder == str(tmp_path)
    assert 0 < free < whole


@pytest.fixture
def page():
    """The URL of a page that answers 200, but 401 below /locked."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(401 if self.path.startswith("/locked") else 200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_what_a_stranger_is_told_is_told(page, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # which is not asked
    assert visitor.answer_of(f"{page}/") == 200
    assert visitor.answer_of(f"{page}/locked") == 401
    assert visitor.answer_of("http://127.0.0.1:9/") is None


@pytest.mark.parametrize("said", [b"\0\0\x12\x04\r\n\r\n", b"", b"HTTP/1.1 abc\r\n\r\n"])
def test_what_answers_but_not_in_http_is_no_page(said):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            there, _ = server.accept()
            with there:
                there.recv(1000)
                there.sendall(said)

        thread = threading.Thread(target=answer)
        thread.start()
        assert visitor.answer_of(f"http://127.0.0.1:{server.getsockname()[1]}/") is None
        thread.join()
