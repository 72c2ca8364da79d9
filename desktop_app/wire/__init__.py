"""The Realtime protocol, both directions, and the only place that knows its field names.

Pure; imports core and msgspec.
"""
