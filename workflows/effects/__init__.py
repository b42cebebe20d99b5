"""Follow-up on effect (跟踪问效): how procedures went before a measure and after it."""
