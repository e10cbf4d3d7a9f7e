from cgb.testing.gemini_server.calls import Violation
from cgb.testing.gemini_server.errors import GoogleError, bad_request


def test_the_body():
    error = GoogleError(503, "Busy.", details=[{"@type": "x"}])
    assert error.body() == {
        "error": {"code": 503, "message": "Busy.", "status": "UNAVAILABLE", "details": [{"@type": "x"}]}
    }
    assert str(error) == "Busy."


def test_a_code_without_a_name():
    assert GoogleError(418, "x").body()["error"]["status"] == "UNKNOWN"


def test_field_violations():
    detail = bad_request([Violation("rule", "a.b", "wrong")])
    assert detail["fieldViolations"] == [{"field": "a.b", "description": "wrong"}]
