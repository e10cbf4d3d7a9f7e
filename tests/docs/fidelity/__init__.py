"""Makes `docs/fidelity.md`: sends every field that the SDKs know through the bridge and sees where it arrives."""
