"""What people read of runs: table, page, summary, comparison."""
