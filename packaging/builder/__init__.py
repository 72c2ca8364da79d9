"""What builds Parley's installers.  Standard library only: it runs before anything is installed."""
