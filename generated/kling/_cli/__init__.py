"""The command `kling`: made from the tables of operations when it runs. Needs the extra `cli`."""
