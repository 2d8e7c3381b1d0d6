"""An offline Kling: the API of the spec, with task lifecycles, callbacks, error codes and playable results."""
