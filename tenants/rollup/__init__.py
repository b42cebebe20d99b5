"""The consolidated picture (汇总) in shared tables."""
