"""Letters (办事文书): papers to the project's owner, written from the ledger."""
