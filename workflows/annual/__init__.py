"""The annual list (年度清单): its cycle, the round of comments, and its numbered versions."""
