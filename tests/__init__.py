"""A package, so that no `tests` that another distribution installs (autorank does) comes first."""
