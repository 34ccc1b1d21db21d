"""Real servers on loopback for tests and the demo; none of them knows pytest."""
