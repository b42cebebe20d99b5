"""The HTTP interface (数据接口), version 1: read the ledgers, tell what a department did."""
