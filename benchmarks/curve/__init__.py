"""The curve: how cost grows with the number and size of files, with rules, and with workers."""
