"""The places data comes from and goes to."""
