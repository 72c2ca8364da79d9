"""What Parley can do without a model: understood and answered purely, done by the household."""
