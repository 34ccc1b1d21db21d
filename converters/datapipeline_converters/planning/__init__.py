"""From typed objects to a plan: order, data-node edges, preconditions, schedules, retries."""
