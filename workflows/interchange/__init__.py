"""The national exchange tables of engineering approvals (数据交换表), filled from recorded facts alone."""
