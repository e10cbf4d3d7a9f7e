"""Count what each model wrote, for whoever asks."""

from collections import Counter

from cgb import Record, hookimpl

WRITTEN: Counter[str] = Counter()


@hookimpl
def request_finished(record: Record) -> None:
    if record.routes:
        WRITTEN[record.routes[-1].model] += record.usage.output_tokens
