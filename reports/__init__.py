"""What a run found: leaderboards, learning curves, the site. Reads run folders only."""
