"""What the stage `asr` asks of a speech recognition engine, and how an engine declares itself."""
