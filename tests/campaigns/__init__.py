"""Long trials with figures, run by hand; see README.md."""
