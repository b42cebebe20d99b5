"""The annual project list (年度项目清单) and its projects."""
