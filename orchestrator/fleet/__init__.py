"""Processes of the product on this machine: started, watched, and certain to end."""
