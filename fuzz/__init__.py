"""Fuzzing with atheris: `make fuzz`. What must hold of any bytes is in `whole`, and the tests use it too.

It is a package of the checkout, and is not installed.
"""
