"""The plugin's settings and hooks."""

import pytest
from pydantic import ValidationError

from cgb.config import Config
from cgb.testing import plugin_of
from cgb_plugins import stream_repair
from cgb_plugins.stream_repair import StreamRepair

from .kit import WHOLE, repaired


def test_it_is_a_plugin():
    assert plugin_of(stream_repair).name == "stream-repair"


@pytest.mark.parametrize(
    ("variable", "field"), [("MAX_RETRIES", "retries"), ("MAX_STREAMING_RETRIES", "streaming_retries")]
)
def test_the_references_variables_work(variable, field):
    config = Config(environ={variable: "12"})

    settings = config.plugin_settings({"stream-repair": StreamRepair}, ["stream-repair"])

    assert getattr(settings["stream-repair"], field) == 12


@pytest.mark.parametrize("field", StreamRepair.model_fields)
def test_no_setting_is_negative(field):
    with pytest.raises(ValidationError):
        StreamRepair(**{field: -1})


def test_a_whole_answer_comes_through_as_it_is():
    came = repaired(WHOLE)

    assert list(came.asked.events) == WHOLE
    assert came.attempts == 1
    assert came.notes == []
