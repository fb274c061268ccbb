"""Data sets that stay as they are encoded: what no rule touches is copied, byte for byte.

`walk` finds where each element of a little endian file lies, an `EncodedDataSet` reads one when it
is asked for, and takes new ones, and `pieces` says what to write: bytes, and ranges of the file.
"""
