"""What deid_core costs, beside copying, beside pydicom and beside its peers.

``make bench`` runs all of it, and ``python -m benchmarks --help`` tells the steps. Nothing here is a
test: it measures, and asserts nothing.
"""
