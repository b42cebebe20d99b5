"""Task force (专项工作组): who is seconded to it, for how long, and who was there."""
