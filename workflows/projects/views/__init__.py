"""Pages of the project list (项目清单)."""
