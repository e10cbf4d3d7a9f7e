import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    path = Path(__file__).with_name("generate_fields.py")
    spec = importlib.util.spec_from_file_location("generate_fields", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_packaged_table_is_what_the_sources_give(generator):
    assert generator.TABLE.read_text(encoding="utf-8") == generator.generate()


def test_every_field_names_its_sources(generator):
    data = json.loads(generator.generate())
    for message in data["messages"].values():
        for entry in message.values():
            assert set(entry["from"].split()) <= {"proto", "sdk", "contract"}
            assert entry["from"]


def test_what_the_contract_names_is_all_there(generator):
    data = json.loads(generator.generate())
    for message, names in generator.CONTRACT.items():
        assert set(names.split()) <= data["messages"][message].keys()


def test_what_the_sdk_keeps_from_the_developer_api_is_not_there(generator):
    messages = json.loads(generator.generate())["messages"]
    assert "partialArgs" not in messages["FunctionCall"]
    assert "enterpriseWebSearch" not in messages["Tool"]
    assert "routingConfig" not in messages["GenerationConfig"]
    assert "method" not in messages["SafetySetting"]
    assert "additionalProperties" not in messages["Schema"]
