"""Pure decisions: events in, state and effects out. Imports nothing but the standard library."""
