"""What the contract asks of a plugin, check by check.

Each takes a `deid_core.testing.subject.Subject` and returns what it found, in sentences.
"""
