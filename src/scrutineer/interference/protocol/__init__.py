"""From two functions over one state to a model of the explorer: locks and container operations, with their places."""
