"""Where browser sessions come from: this machine's browsers, any CDP endpoint, a managed service."""
