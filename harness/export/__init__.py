"""`fewlabels export`: a run's studies for other programs."""
