"""The files that are measured: made of pydicom's test files by a fixed seed, with invented people."""
