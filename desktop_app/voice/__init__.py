"""The voice worker: thread, store, engine, pumps. asyncio only; no Qt, no device."""
