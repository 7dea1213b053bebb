"""How long a sweep would take on a cluster: the driver's scheduling, simulated."""
