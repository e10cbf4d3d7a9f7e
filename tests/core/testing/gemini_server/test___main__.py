import http.client
import signal
import subprocess
import sys


def test_it_serves_until_interrupted():
    command = [sys.executable, "-m", "cgb.testing.gemini_server", "--port", "0", "--demo", "--api-key", "k"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        address = process.stdout.readline().removeprefix("Simulated Gemini on http://").strip()
        connection = http.client.HTTPConnection(address, timeout=30)
        connection.request("GET", "/v1beta/models", headers={"x-goog-api-key": "k"})
        response = connection.getresponse()
        response.read()
        connection.close()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    assert response.status == 200
