"""Exchange with other systems (数据交换, A4.2): keys, an HTTP interface, and news of what was decided."""
