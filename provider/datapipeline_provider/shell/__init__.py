"""What a shell command on the worker needs: a process group, an environment, staged data."""
