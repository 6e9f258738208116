"""How the service is set up: settings and logs."""
