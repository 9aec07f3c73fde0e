"""The main job over HTTP, step by step, as `python -m tools.run` shows it."""
