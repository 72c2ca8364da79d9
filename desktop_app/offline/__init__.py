"""The embedded Realtime server with its own ears, brain and voice. Imports wire and audio."""
