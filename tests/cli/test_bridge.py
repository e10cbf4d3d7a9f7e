import json
import signal
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from cgb.errors import ConfigError
from cgb_cli.bridge import answers, ask, context_tokens, started
from cgb_cli.start import Start


def test_a_bridge_of_our_own_ends_with_its_context(echo):
    before = signal.getsignal(signal.SIGTERM)
    with started(Start(options={"plugins": echo})) as bridge:
        bridge.wait()
        assert answers(bridge.url)
        assert "listens on" in bridge.log.read_text()
    assert not answers(bridge.url)
    assert signal.getsignal(signal.SIGTERM) is before


def test_why_it_did_not_start_is_told():
    with started(Start(options={"plugins": "nobody"})) as bridge:
        with pytest.raises(ConfigError) as told:
            bridge.wait()
        assert "did not start: there is no installed plugin 'nobody'" in str(told.value)
        assert str(bridge.log) in str(told.value)


ANSWERS = {"/api/hello": {"name": "somebody else"}, "/v1/models/x": {"max_input_tokens": 5}, "/v1/models/y": [1]}


class Stranger(BaseHTTPRequestHandler):
    def do_GET(self):
        found = ANSWERS.get(self.path)
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(json.dumps(found).encode() if found else b"<html>")

    def log_message(self, *_):
        pass


@pytest.fixture
def stranger():
    with HTTPServer(("127.0.0.1", 0), Stranger) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_stranger_on_the_port_is_no_bridge(stranger, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert ask(f"{stranger}/api/hello") == {"name": "somebody else"}
    assert not answers(stranger)
    assert not answers("http://127.0.0.1:9")


def test_what_a_running_bridge_tells_of_a_model(stranger):
    assert context_tokens(stranger, "x", "key") == 5
    assert context_tokens(stranger, "y", "key") is None
    assert context_tokens(stranger, "unknown", "key") is None
