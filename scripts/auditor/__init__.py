"""The auditor's verifier: a second reading of Aftercare's documents, sharing no code with what it checks.

Read in this order: report (what an answer is), canonical (JSON), der and cms (signatures), trust (who may sign),
frames and bundle (releases), merkle, notes and ledger (the device's record), documents (signed papers), command.
Nothing is used but Python's standard library, the `openssl` command (3.0), and `zstd` where it is installed.
"""
