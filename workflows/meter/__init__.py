"""The hundred days (百日计时): whose each day of a project was, and how many of them count."""
