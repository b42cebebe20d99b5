"""Deficient acceptance (容缺受理): papers that may come later, promised for a day, and what stands on them."""
