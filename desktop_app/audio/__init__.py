"""Sound as numbers: PCM, levels, queues, resampling. Pure; imports NumPy only."""
