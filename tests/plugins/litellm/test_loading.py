"""The import of LiteLLM."""

import logging
import os
import sys
from types import SimpleNamespace

import pytest

from cgb_plugins.litellm import loading
from cgb_plugins.litellm.loading import Loader, loaded


def test_a_module_that_another_thread_still_imports_is_not_loaded(monkeypatch):
    monkeypatch.setitem(sys.modules, "litellm", SimpleNamespace())
    assert loaded() is None
    monkeypatch.setitem(sys.modules, "litellm", SimpleNamespace(acompletion=print))
    assert loaded() is not None


async def test_it_is_quiet_and_imported_once(monkeypatch, caplog):
    module, imported = SimpleNamespace(acompletion=print), []
    monkeypatch.delitem(sys.modules, "litellm", raising=False)
    monkeypatch.delenv("LITELLM_LOCAL_MODEL_COST_MAP", raising=False)
    monkeypatch.setattr(loading, "import_module", lambda name: imported.append(name) or module)
    monkeypatch.setattr(loading.gc, "freeze", lambda: None)
    load = Loader()

    with caplog.at_level(logging.INFO, "cgb.litellm"):
        assert await load() is module
        assert await load() is module

    assert imported == ["litellm"]
    assert os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] == "True"
    assert (module.telemetry, module.suppress_debug_info, module.drop_params) == (False, True, True)
    assert not logging.getLogger("LiteLLM").propagate
    assert [record.message.partition("LiteLLM")[0] for record in caplog.records] == ["importing ", ""]


async def test_a_first_try_that_failed_is_not_repeated():
    async def fails():
        raise ConnectionError

    async def handled():
        try:
            await fails()
        except ConnectionError:
            await loading._raise_again(None, url="http://localhost")

    with pytest.raises(ConnectionError):
        await handled()
