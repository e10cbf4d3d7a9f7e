"""What must hold for `request_finished`."""

from __future__ import annotations

from .trial import Refusal, Trial, must


@must("request_finished", shows=("record",))
async def takes_any_record(trial: Trial) -> None:
    """It takes whatever became of a request."""
    try:
        await trial.called(type(None), record=trial.example.record)
    except Refusal as refusal:
        raise AssertionError(
            f"it raised {refusal.__cause__!r}: nobody is told any more, it may only watch"
        ) from refusal


PROPERTIES = (*takes_any_record,)
