"""`make bench`: the budgets of the project, measured as ratios against other ways to do the same work."""
