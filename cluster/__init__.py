"""Ray: how segments reach the machines, and how a run is shown while it goes on."""
