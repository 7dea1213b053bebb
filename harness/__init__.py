"""The experiment: protocol, loop, studies, results. No Ray, no plotting, no network."""
