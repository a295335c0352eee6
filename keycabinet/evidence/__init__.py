"""The verifier: reads a store or an export, and says whether the ledger in it is whole.

Written from ``docs/evidence.md`` alone, on a code path of its own: standard library only, nothing of the writer. This
folder alone, kept under the name ``keycabinet/evidence``, is a program: ``python3 -m keycabinet.evidence FILE``.
"""
