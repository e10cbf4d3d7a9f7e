"""How the bridge was asked to start."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cgb.config import Config
    from cgb.layers import Layers


@dataclass(frozen=True, slots=True)
class Start:
    """All that another process needs to know to start the bridge the same way; holds no secret."""

    path: Path | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    demo: bool = False
    watch: bool = False

    @property
    def reread(self) -> Callable[[], Config] | None:
        """Reads the configuration anew, if its file is to be watched."""
        return self.config if self.watch else None

    def config(self) -> Config:
        """What is configured, these options over all else."""
        from cgb.config import Config

        return Config.read(self.path, self.options)

    def layers(self) -> Layers:
        """What is configured, unchecked: for commands that ask only which plugins are listed."""
        from cgb.layers import Layers

        return Layers.read(self.path, self.options)

    def command(self, port: int) -> list[str]:
        """The command that serves on this port of loopback."""
        # -P: a module in the user's working directory must not hide one of ours.
        command = [sys.executable, "-P", "-m", "cgb", "serve", "--host", "127.0.0.1", "--port", str(port)]
        plugins = self.options.get("plugins")
        command += ["--plugins", plugins] if plugins is not None else []
        command += ["--config", str(self.path)] if self.path else []
        return [*command, "--demo"] if self.demo else command

    def to_json(self) -> str:
        """For `from_json` in another process."""
        path = str(self.path) if self.path else None
        return json.dumps({"path": path, "options": dict(self.options), "demo": self.demo, "watch": self.watch})

    @classmethod
    def from_json(cls, text: str) -> Start:
        """What `to_json` wrote."""
        said = json.loads(text)
        return cls(Path(said["path"]) if said["path"] else None, said["options"], said["demo"], said["watch"])
