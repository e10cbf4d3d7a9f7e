"""That a hook which blocks is named while it does is tested through a server, with all other faults of plugins."""

import asyncio
import threading
import time
from types import SimpleNamespace

from cgb import hookimpl
from cgb.isolation.watchdog import watchdog
from cgb.testing import ScriptedTransport, opened

DEADLINE_S = 20


def blocking(until):
    def rewrite_request(request):
        until.wait(DEADLINE_S)
        return request

    return SimpleNamespace(__name__="blocking", rewrite_request=hookimpl(rewrite_request))


class Said(threading.Event):
    """Set once the log says so."""

    def __init__(self, log, text):
        super().__init__()
        self._log, self._text = log, text

    def wait(self, timeout=None):
        end = time.monotonic() + timeout
        while self._text not in self._log.text and time.monotonic() < end:
            time.sleep(0.005)


async def test_what_blocks_is_named_with_its_line_while_it_does(caplog):
    plugin = blocking(Said(caplog, "makes all requests wait"))
    async with opened([ScriptedTransport(), plugin]) as pipeline, watchdog(lambda: pipeline, late_s=0.05):
        plugin.rewrite_request(request=None)
    (said,) = [record.message for record in caplog.records]
    assert said.startswith("plugin 'blocking' (cgb.testing) makes all requests wait, for 0.")
    assert f"of {__file__}." in said
    assert "rewrite_request is at line" in said


async def test_a_loop_that_is_late_by_itself_is_nobodys_fault(caplog):
    async with opened([ScriptedTransport()]) as pipeline, watchdog(lambda: pipeline, late_s=0.02):
        time.sleep(0.2)  # noqa: ASYNC251 - so that the loop stands still
        await asyncio.sleep(0.05)
    assert caplog.text == ""


async def test_it_ends_with_its_context():
    async with opened([ScriptedTransport()]) as pipeline, watchdog(lambda: pipeline, late_s=0.01):
        (thread,) = [one for one in threading.enumerate() if one.name == "cgb-watchdog"]
    thread.join(DEADLINE_S)
    assert not thread.is_alive()
