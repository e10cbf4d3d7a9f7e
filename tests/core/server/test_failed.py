import json

from starlette.requests import ClientDisconnect

from cgb import RateLimited
from cgb.server.failed import response_to


def test_an_error_has_its_status_its_headers_and_an_id(caplog):
    response = response_to(RateLimited("Slower.", retry_after=2))
    body = json.loads(response.body)
    assert response.status_code == 429
    assert response.headers["retry-after"] == "2"
    assert body["error"] == {"type": "rate_limit_error", "message": "Slower."}
    assert body["request_id"] == response.headers["request-id"]
    assert caplog.records == []


def test_who_left_is_told_nothing(caplog):
    response = response_to(ClientDisconnect())
    assert (response.status_code, response.body) == (499, b"")
    assert caplog.records == []


def test_what_should_not_be_is_logged(caplog):
    response = response_to(ZeroDivisionError("secret"))
    body = json.loads(response.body)
    assert response.status_code == 500
    assert body["error"]["message"] == "cgb itself failed: ZeroDivisionError; its log has the traceback."
    assert [record.exc_info[0] for record in caplog.records] == [ZeroDivisionError]
