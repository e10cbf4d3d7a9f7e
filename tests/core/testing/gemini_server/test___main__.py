import http.client
import signal
import subprocess
import sys


def heed_interrupts():
    """A shell's background jobs ignore them, and so would their children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_it_serves_until_interrupted():
    command = [sys.executable, "-m", "cgb.testing.gemini_server", "--port", "0", "--demo", "--api-key", "k"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=heed_interrupts) as process:
        address = process.stdout.readline().removeprefix("Simulated Gemini on http://").strip()
        connection = http.client.HTTPConnection(address, timeout=30)
        connection.request("GET", "/v1beta/models", headers={"x-goog-api-key": "k"})
        response = connection.getresponse()
        response.read()
        connection.close()
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(30) == 0
        finally:
            process.kill()
    assert response.status == 200
