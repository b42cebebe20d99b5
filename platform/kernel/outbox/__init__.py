"""What leaves the database (发件箱): written in the cause's transaction, sent afterwards, retried, shown."""
