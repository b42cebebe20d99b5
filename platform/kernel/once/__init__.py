"""The same form sent twice does its work once (一表一办)."""
