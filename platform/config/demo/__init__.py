"""A seeded city to try the product on (示例城市). Installed by the demo settings alone."""
